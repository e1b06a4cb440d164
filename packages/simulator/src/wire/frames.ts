import { Op } from '@shardgate/wire';

/** A payload that the server sends, before it is written in the connection's encoding. */
export interface Frame {
  readonly op: number;
  /** JSON of `d`. */
  readonly body: string;
  /** Both left out of the payload when undefined. */
  readonly s: number | null | undefined;
  readonly t: string | null | undefined;
}

export function dispatchFrame(t: string, seq: number, body: string): Frame {
  return { op: Op.Dispatch, body, s: seq, t };
}

/** A payload that is not a dispatch; `nullEnvelope` adds the `t` and `s` that Discord sends in practice. */
function controlFrame(op: number, body: string, nullEnvelope: boolean): Frame {
  const absent = nullEnvelope ? null : undefined;
  return { op, body, s: absent, t: absent };
}

/** `intervalMs` is unknown so that a fault can send anything. */
export function helloFrame(intervalMs: unknown, nullEnvelope: boolean): Frame {
  const body = { heartbeat_interval: intervalMs, _trace: ['["gateway-prd-us-east1-z",{"micros":0.0}]'] };
  return controlFrame(Op.Hello, JSON.stringify(body), nullEnvelope);
}

export function heartbeatAckFrame(nullEnvelope: boolean): Frame {
  return controlFrame(Op.HeartbeatAck, 'null', nullEnvelope);
}

export function heartbeatRequestFrame(nullEnvelope: boolean): Frame {
  return controlFrame(Op.Heartbeat, 'null', nullEnvelope);
}

export function reconnectFrame(nullEnvelope: boolean): Frame {
  return controlFrame(Op.Reconnect, 'null', nullEnvelope);
}

export function invalidSessionFrame(resumable: boolean, nullEnvelope: boolean): Frame {
  return controlFrame(Op.InvalidSession, String(resumable), nullEnvelope);
}

/** A frame as JSON. Key order is Discord's: t, s, op, d. */
export function writeJsonFrame({ op, body, s, t }: Frame): string {
  const name = t === undefined ? '' : `"t":${t === null ? 'null' : `"${t}"`},`;
  const seq = s === undefined ? '' : `"s":${s},`;
  return `{${name}${seq}"op":${op},"d":${body}}`;
}
