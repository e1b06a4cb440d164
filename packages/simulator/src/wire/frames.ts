import { Op } from '@shardgate/wire';

/** JSON of the payloads that the server sends. Key order is Discord's: t, s, op, d. */

export function dispatchFrame(t: string, seq: number, body: string): string {
  return `{"t":"${t}","s":${seq},"op":${Op.Dispatch},"d":${body}}`;
}

/** A payload that is not a dispatch; `nullEnvelope` adds the `t` and `s` that Discord sends in practice. */
function controlFrame(op: number, body: string, nullEnvelope: boolean): string {
  return nullEnvelope ? `{"t":null,"s":null,"op":${op},"d":${body}}` : `{"op":${op},"d":${body}}`;
}

/** `intervalMs` is unknown so that a fault can send anything. */
export function helloFrame(intervalMs: unknown, nullEnvelope: boolean): string {
  const body = { heartbeat_interval: intervalMs, _trace: ['["gateway-prd-us-east1-z",{"micros":0.0}]'] };
  return controlFrame(Op.Hello, JSON.stringify(body), nullEnvelope);
}

export function heartbeatAckFrame(nullEnvelope: boolean): string {
  return controlFrame(Op.HeartbeatAck, 'null', nullEnvelope);
}

export function heartbeatRequestFrame(nullEnvelope: boolean): string {
  return controlFrame(Op.Heartbeat, 'null', nullEnvelope);
}

export function reconnectFrame(nullEnvelope: boolean): string {
  return controlFrame(Op.Reconnect, 'null', nullEnvelope);
}

export function invalidSessionFrame(resumable: boolean, nullEnvelope: boolean): string {
  return controlFrame(Op.InvalidSession, String(resumable), nullEnvelope);
}
