import type { SourceOptions } from '../runner/messages.ts';
import { mixedEvents } from '../mix/mix.ts';
import { createCompressor } from './compressor.ts';
import { etfMessage } from './etf.ts';
import { serverFrame } from './server-frame.ts';

/** Longer than any run, and the longest that clients accept: an answer to a heartbeat would have to be compressed into the prepared stream. */
const HEARTBEAT_INTERVAL_MS = 600_000;

/** Everything one shard's connection is ever sent, as frames, one after another. */
export interface PreparedStream {
  readonly bytes: Buffer;
  /** End of each frame in `bytes`: HELLO, READY, then the events. */
  readonly ends: readonly number[];
}

export interface StreamCount {
  readonly names: Record<string, number>;
  messageBytes: number;
  frameBytes: number;
  events: number;
}

/** Prepares the stream of one shard and adds it to the count. */
export async function prepareStream(
  options: SourceOptions,
  shard: number,
  resumeUrl: string,
  count: StreamCount,
): Promise<PreparedStream> {
  const { encoding, compression, mix, seed, eventsPerShard, shards } = options;
  const compressor = createCompressor(compression);
  const binary = encoding === 'etf' || compression !== 'none';
  const frames: Buffer[] = [];
  const add = async (message: object): Promise<{ message: number; frame: number }> => {
    const bytes = encoding === 'etf' ? etfMessage(message) : Buffer.from(JSON.stringify(message));
    const frame = serverFrame(await compressor.add(bytes), binary);
    frames.push(frame);
    return { message: bytes.length, frame: frame.length };
  };

  await add({ t: null, s: null, op: 10, d: { heartbeat_interval: HEARTBEAT_INTERVAL_MS, _trace: ['["bench",{}]'] } });
  await add({ t: 'READY', s: 1, op: 0, d: ready(shard, shards, resumeUrl) });
  const events = mixedEvents(mix, seed + shard);
  for (let s = 2; s < eventsPerShard + 2; s++) {
    const { t, d } = events.next().value;
    const sizes = await add({ t, s, op: 0, d });
    count.names[t] = (count.names[t] ?? 0) + 1;
    count.messageBytes += sizes.message;
    count.frameBytes += sizes.frame;
    count.events++;
  }
  compressor.close();

  let end = 0;
  return { bytes: Buffer.concat(frames), ends: frames.map((frame) => (end += frame.length)) };
}

/** No guilds: what a large READY costs is not measured here. */
function ready(shard: number, shards: number, resumeUrl: string): object {
  return {
    v: 10,
    user_settings: {},
    user: { id: '1180000000000000001', username: 'bench', discriminator: '0001', avatar: null, bot: true, flags: 0 },
    session_type: 'normal',
    session_id: `bench-session-${shard}`,
    resume_gateway_url: resumeUrl,
    relationships: [],
    private_channels: [],
    presences: [],
    guilds: [],
    guild_join_requests: [],
    shard: [shard, shards],
    application: { id: '1180000000000000001', flags: 565_248 },
    _trace: ['["bench",{}]'],
  };
}
