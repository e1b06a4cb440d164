import { WireError, type Payload } from '@shardgate/wire';
import { filterDispatch } from '../filters/filter-dispatch.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { report } from '../report.ts';
import { applyInput } from './apply.ts';
import type { Connection } from './connection.ts';
import { handOver, holdBack } from './hand-over.ts';
import { receiveReady } from './receive-ready.ts';
import type { Shard } from './shard.ts';
import { unreadableEvent } from './unreadable.ts';

/**
 * Takes one dispatch: sequence, filters, hand-over to `handleDiscordPayload`. The hot path: nothing here parses `d` of an event that no filter
 * looks at, and nothing is allocated for an event whose handler returns no promise.
 */
export function receiveDispatch(gateway: GatewayManager, shard: Shard, connection: Connection, payload: Payload): void {
  const { kind } = shard.state.phase;
  if (kind !== 'ready' && kind !== 'resuming') {
    if (kind === 'identifying' && payload.t === 'READY') return receiveReady(gateway, shard, payload);
    return unexpected(gateway, shard, payload);
  }
  connection.progressed = true;
  const { tracker } = shard;
  const { s } = payload;
  if (payload.t === 'RESUMED') return resumed(gateway, shard, connection, s);
  if (s !== null) {
    const expected = tracker.received + 1;
    if (!tracker.receive(s)) {
      shard.counts.duplicates++;
      return;
    }
    if (s !== expected) {
      shard.counts.sequenceJumps++;
      report(gateway, 'sequenceJump', { shardId: shard.id, from: expected - 1, to: s });
    }
  }
  if (shard.covered?.has(s ?? 0) === true) {
    shard.counts.duplicates++;
    return tracker.settleNow(s ?? 0);
  }
  shard.counts.received++;
  if (kind === 'resuming') connection.replayed++;
  try {
    if (gateway.runtime.crossing?.takes(shard, payload) === true) return;
    const passed = filterDispatch(gateway, shard, payload);
    if (passed === undefined) holdBack(shard, s);
    else handOver(gateway, shard, passed);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    unreadableEvent(gateway, shard, tracker, error);
  }
}

/** RESUMED takes a number of its own and is ours to keep. */
function resumed(gateway: GatewayManager, shard: Shard, connection: Connection, s: number | null): void {
  if (s !== null && shard.tracker.receive(s)) shard.tracker.settleNow(s);
  const wasResuming = shard.resuming;
  applyInput(gateway, shard, { type: 'resumed' });
  if (wasResuming) report(gateway, 'resumed', { shardId: shard.id, replayed: connection.replayed });
}

/** A dispatch before there is a session has no place in any order. */
function unexpected(gateway: GatewayManager, shard: Shard, payload: Payload): void {
  shard.counts.protocolErrors++;
  report(gateway, 'protocolError', {
    shardId: shard.id,
    code: 'unexpectedDispatch',
    detail: `${payload.t} while the shard is ${shard.status} was ignored`,
  });
}
