import type { NatsConnection } from '@nats-io/transport-node';
import type { JetStreamSettings } from './jetstream-options.ts';
import { STREAM_NOT_FOUND, StreamRefusal } from './nats-trouble.ts';

/** What is known of the stream now. */
export interface StreamFacts {
  /** Number of its last message; 0 before the first. */
  readonly lastSeq: number;
  /** Whether it was created just now. */
  readonly isNew: boolean;
  readonly storage: string;
  /** Bytes that may still be stored before it is full; Infinity where it makes room by itself, or has no bound. */
  readonly room: number;
  readonly duplicateWindowMs: number;
}

const NS_PER_MS = 1e6;

/** Looks at the stream, and creates it where it is not there. @throws {StreamRefusal} or what the client throws */
export async function openStream(connection: NatsConnection, settings: JetStreamSettings): Promise<StreamFacts> {
  const { stream, target } = settings;
  const ask = async (subject: string, question: object): Promise<Readonly<Record<string, unknown>>> => {
    const reply = await connection.request(`$JS.API.${subject}.${stream}`, JSON.stringify(question), {
      timeout: target.timeoutMs,
    });
    return answerIn(reply.json());
  };
  const info = await ask('STREAM.INFO', {}).catch((error: unknown) => {
    if (error instanceof StreamRefusal && error.code === STREAM_NOT_FOUND) return undefined;
    throw error;
  });
  const found = info ?? (await ask('STREAM.CREATE', configOf(settings)));
  const state = objectIn(found, 'state');
  const config = objectIn(found, 'config');
  return {
    lastSeq: Number(state['last_seq'] ?? 0),
    isNew: info === undefined,
    storage: String(config['storage']),
    room: roomIn(Number(config['max_bytes'] ?? -1), config['discard'], Number(state['bytes'] ?? 0)),
    duplicateWindowMs: Number(config['duplicate_window'] ?? 0) / NS_PER_MS,
  };
}

function roomIn(maxBytes: number, discard: unknown, bytes: number): number {
  return discard === 'new' && maxBytes > 0 ? maxBytes - bytes : Number.POSITIVE_INFINITY;
}

/** The event id of the last message of a shard, whatever its name; undefined when there is none, or the server cannot tell. */
export async function lastIdOfShard(
  connection: NatsConnection,
  { stream, prefix, target }: JetStreamSettings,
  shardId: number,
): Promise<string | undefined> {
  try {
    const question = JSON.stringify({ last_by_subj: `${prefix}.*.${shardId}` });
    const reply = await connection.request(`$JS.API.STREAM.MSG.GET.${stream}`, question, { timeout: target.timeoutMs });
    const headers = objectIn(answerIn(reply.json()), 'message')['hdrs'];
    const text = typeof headers === 'string' ? Buffer.from(headers, 'base64').toString() : '';
    return /^Nats-Msg-Id: ?(.*?)\r?$/m.exec(text)?.[1];
  } catch {
    return undefined;
  }
}

/** @throws {StreamRefusal} */
export function answerIn(reply: unknown): Readonly<Record<string, unknown>> {
  const answer = typeof reply === 'object' && reply !== null ? (reply as Readonly<Record<string, unknown>>) : {};
  if (answer['error'] === undefined) return answer;
  const { err_code: errCode, code, description } = objectIn(answer, 'error');
  throw new StreamRefusal(Number(errCode ?? code ?? 0), typeof description === 'string' ? description : 'no reason');
}

function objectIn(value: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  const inner = value[name];
  return typeof inner === 'object' && inner !== null ? (inner as Readonly<Record<string, unknown>>) : {};
}

function configOf(settings: JetStreamSettings): object {
  return {
    name: settings.stream,
    subjects: [`${settings.prefix}.>`],
    storage: settings.storage,
    retention: settings.retention,
    discard: settings.whenFull === 'pause' ? 'new' : 'old',
    num_replicas: settings.replicas,
    max_bytes: settings.maxBytes,
    max_age: settings.maxAgeMs * NS_PER_MS,
    duplicate_window: settings.duplicateWindowMs * NS_PER_MS,
    max_msgs: -1,
    max_consumers: -1,
    max_msg_size: -1,
  };
}
