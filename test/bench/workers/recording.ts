import { readFileSync, writeFileSync } from 'node:fs';
import { mixedEvents } from '../mix/mix.ts';
import { createCompressor } from '../source/compressor.ts';

/** The WebSocket messages of one shard's connection, zlib-stream: HELLO, READY, then the events. */
export type Recording = readonly Buffer[];

function recordingPath(folder: string, shard: number): string {
  return `${folder}/shard-${shard}.bin`;
}

/** Writes what a shard will be sent, so that each thread can read its own shards' without a socket. */
export async function record(folder: string, shard: number, shards: number, events: number): Promise<void> {
  const compressor = createCompressor('zlib-stream');
  const parts: Buffer[] = [];
  const add = async (message: object): Promise<void> => {
    const bytes = await compressor.add(Buffer.from(JSON.stringify(message)));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    parts.push(length, bytes);
  };
  await add({ t: null, s: null, op: 10, d: { heartbeat_interval: 600_000 } });
  const d = { v: 10, session_id: `session-${shard}`, guilds: [], shard: [shard, shards] };
  await add({ t: 'READY', s: 1, op: 0, d: { ...d, user: { id: '1' }, application: { id: '1', flags: 0 } } });
  const mixed = mixedEvents('typical', shard + 1);
  for (let s = 2; s < events + 2; s++) {
    const event = mixed.next().value;
    await add({ t: event.t, s, op: 0, d: event.d });
  }
  compressor.close();
  writeFileSync(recordingPath(folder, shard), Buffer.concat(parts));
}

export function readRecording(folder: string, shard: number): Recording {
  const bytes = readFileSync(recordingPath(folder, shard));
  const messages: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 + bytes.readUInt32LE(at);
    messages.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return messages;
}
