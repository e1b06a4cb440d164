import type { ReadAccess } from '../read-objects.ts';
import { wallMsOf } from '../timestamp.ts';
import type { ShardStage } from './shard-report.ts';

/** A session as it is stored. */
export interface StoredSession {
  readonly shardId: number;
  /** Empty for a shard that has none yet. */
  readonly sessionId: string;
  readonly sequence: number;
  /** Null where it is not known: twilight-dispatch does not store it. */
  readonly resumeUrl: string | null;
}

export interface StoredStatus {
  readonly shardId: number;
  readonly status: ShardStage;
  /** Milliseconds; 0 before the first heartbeat was acknowledged. */
  readonly latencyMs: number;
  /** Wall-clock milliseconds of the last acknowledgement. */
  readonly lastAckAt: number | undefined;
}

/** What the information keys tell; a key that is not there tells nothing. */
export interface GatewayInformation {
  readonly sessions: readonly StoredSession[];
  readonly statuses: readonly StoredStatus[];
  /** Wall-clock milliseconds. */
  readonly startedAt: number | undefined;
  readonly shardCount: number | undefined;
}

/** Reads the information keys, ours or twilight-dispatch's. */
export async function readGatewayKeys({ ask }: Pick<ReadAccess, 'ask'>): Promise<GatewayInformation> {
  const names = ['gateway_sessions', 'gateway_statuses', 'gateway_started', 'gateway_shards'];
  const [reply] = await ask(['MGET', ...names]);
  const [sessions, statuses, started, shards] = (reply as (string | null)[]).map(valueOf);
  return {
    sessions: Object.entries(objectOf(sessions)).map(([shard, value]) => {
      const { session_id, sequence, resume_url } = objectOf(value);
      return {
        shardId: Number(shard),
        sessionId: typeof session_id === 'string' ? session_id : '',
        sequence: Number(sequence ?? 0),
        resumeUrl: typeof resume_url === 'string' ? resume_url : null,
      };
    }),
    statuses: (Array.isArray(statuses) ? (statuses as readonly unknown[]) : []).map((value) => {
      const { shard, status, latency, last_ack } = objectOf(value);
      return {
        shardId: Number(shard),
        status: status as ShardStage,
        latencyMs: Number(latency ?? 0),
        lastAckAt: typeof last_ack === 'string' ? wallMsOf(last_ack) : undefined,
      };
    }),
    startedAt: typeof started === 'string' ? wallMsOf(started) : undefined,
    shardCount: typeof shards === 'number' ? shards : undefined,
  };
}

/** Undefined where there is nothing, or nothing that can be read. */
function valueOf(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
