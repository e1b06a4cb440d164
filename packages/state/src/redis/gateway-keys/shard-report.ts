import type { GatewayShard, ShardStatus } from '@shardgate/gateway';
import { timestamp } from '../timestamp.ts';

/** twilight's words for where a shard stands. */
export type ShardStage = 'Connected' | 'Disconnected' | 'Handshaking' | 'Identifying' | 'Resuming';

/** A shard that is not started appears nowhere. */
const STAGES: Readonly<Record<Exclude<ShardStatus, 'idle'>, ShardStage>> = {
  waiting: 'Disconnected',
  connecting: 'Handshaking',
  greeting: 'Handshaking',
  queued: 'Identifying',
  identifying: 'Identifying',
  resuming: 'Resuming',
  ready: 'Connected',
  fatal: 'Disconnected',
  stopped: 'Disconnected',
};

/** A shard, as far as it is told of. */
export type ReportedShard = Pick<
  GatewayShard,
  'id' | 'status' | 'sessionId' | 'previousSequenceNumber' | 'state' | 'heartbeat' | 'shardCount'
>;

/** Id, session and status as JSON texts; none for a shard that is not started. */
export function shardReport(shard: ReportedShard, wallMs: number): readonly [string, string, string] | undefined {
  if (shard.status === 'idle') return undefined;
  const { id, sessionId, heartbeat } = shard;
  const session = {
    session_id: sessionId,
    sequence: shard.previousSequenceNumber ?? 0,
    ...(sessionId === '' ? {} : { resume_url: shard.state.session?.resumeUrl ?? null }),
  };
  const status = {
    shard: id,
    status: STAGES[shard.status],
    latency: Math.round(heartbeat.latency ?? 0),
    last_ack: timestamp(heartbeat.lastReceivedAt > 0 ? heartbeat.lastReceivedAt : wallMs),
  };
  return [String(id), JSON.stringify(session), JSON.stringify(status)];
}
