import { knownDispatch, WireError } from '@shardgate/wire';
import { handOver } from '../shard/hand-over.ts';
import { managerOf } from '../shard/manager-of.ts';
import { unreadableEvent } from '../shard/unreadable.ts';
import { GUILD_EVENTS, HEAD_WORDS, NO_NAME, NO_SEQUENCE, TWO_32 } from './batch.ts';
import type { FromWorker, WorkerNote } from './messages.ts';
import type { RemoteShard } from './remote-shard.ts';

/** What a tick of a worker is read with. */
export interface TickReader {
  /** Event names by the worker's numbers. */
  readonly names: readonly string[];
  readonly links: ReadonlyMap<number, RemoteShard>;
  takeNote(note: WorkerNote): void;
  touch(link: RemoteShard): void;
}

/** Goes through one tick of a worker: its dispatches and notes in the order in which they happened. */
export function receiveTick(reader: TickReader, { bytes, notes }: Extract<FromWorker, { type: 'tick' }>): void {
  let next = 0;
  if (bytes !== undefined) {
    const { buffer, byteOffset, length } = alignedBytes(bytes);
    const words = new Int32Array(buffer, byteOffset, length >> 2);
    for (let at = 0; at < words.length;) {
      for (let note = notes[next]; note !== undefined && note[0] <= at * 4; note = notes[++next])
        reader.takeNote(note[1]);
      const size = words[at + 4] ?? 0;
      const start = byteOffset + (at + HEAD_WORDS) * 4;
      receiveEvent(reader, words, at, Buffer.from(buffer, start, size));
      at += HEAD_WORDS + ((size + 3) >> 2);
    }
  }
  for (let note = notes[next]; note !== undefined; note = notes[++next]) reader.takeNote(note[1]);
}

/** Child processes' bytes lie where the message had them. */
function alignedBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.byteOffset % 4 === 0 && bytes.buffer instanceof ArrayBuffer
    ? (bytes as Uint8Array<ArrayBuffer>)
    : new Uint8Array(bytes);
}

/** As `receiveDispatch` for a shard of this thread, but that session and filters were dealt with in the worker. */
function receiveEvent(reader: TickReader, words: Int32Array, at: number, bytes: Buffer): void {
  const link = reader.links.get(words[at + 1] ?? 0);
  if (link === undefined || link.deaf) return;
  const { shard } = link;
  const { tracker } = shard;
  const high = (words[at + 2] ?? 0) >>> 0;
  const s = high === NO_SEQUENCE ? null : high * TWO_32 + ((words[at + 3] ?? 0) >>> 0);
  if (!link.touched) reader.touch(link);
  if (s !== null && !tracker.receive(s)) {
    shard.counts.duplicates++;
    return;
  }
  const gateway = managerOf(shard);
  const head = (words[at] ?? 0) >>> 0;
  const name = head >>> 8;
  const t = name === NO_NAME ? null : (reader.names[name] ?? null);
  const payload = knownDispatch(bytes, s, t, words[at + 5] ?? -1, words[at + 6] ?? -1, gateway.encoding);
  const guildEvent = GUILD_EVENTS[head & 0xff];
  if (guildEvent !== undefined) Object.assign(payload, { guildEvent });
  try {
    if (gateway.runtime.crossing?.takes(shard, payload) !== true) handOver(gateway, shard, payload);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    unreadableEvent(gateway, shard, tracker, error);
  }
}
