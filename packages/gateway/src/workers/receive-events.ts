import { knownDispatch, WireError, type Payload } from '@shardgate/wire';
import type { GatewayManager } from '../gateway-manager.ts';
import { handOver, handOverWaiting, holdBack } from '../shard/hand-over.ts';
import { pauseIfFull, takeOff } from '../shard/in-flight.ts';
import { managerOf } from '../shard/manager-of.ts';
import { unreadableEvent } from '../shard/unreadable.ts';
import { HEAD_WORDS, NO_NAME, NO_SEQUENCE, TWO_32 } from './batch.ts';
import type { FromWorker, WorkerNote } from './messages.ts';
import type { RemoteShard } from './remote-shard.ts';
import { FOR_MODULE, PASSED_ON, UNFILTERED, unfiltered, withGuildEvent } from './verdict.ts';

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
  const gateway = managerOf(shard);
  const head = (words[at] ?? 0) >>> 0;
  const verdict = head & 0xff;
  const high = (words[at + 2] ?? 0) >>> 0;
  const s = high === NO_SEQUENCE ? null : high * TWO_32 + ((words[at + 3] ?? 0) >>> 0);
  if (!link.touched) reader.touch(link);
  if (verdict < PASSED_ON && s !== null && !tracker.receive(s)) {
    shard.counts.duplicates++;
    // The module's answer may have been lost with its connection.
    if ((verdict & FOR_MODULE) !== 0 && link.calls.has(s)) link.call([s]);
    return;
  }
  const name = head >>> 8;
  const t = name === NO_NAME ? null : (reader.names[name] ?? null);
  const payload = knownDispatch(bytes, s, t, words[at + 5] ?? -1, words[at + 6] ?? -1, gateway.encoding);
  if (verdict >= PASSED_ON) return link.calls.passedOn(s ?? 0, withGuildEvent(payload, verdict));
  try {
    const { crossing } = gateway.runtime;
    if (crossing === undefined && verdict < UNFILTERED) handOver(gateway, shard, withGuildEvent(payload, verdict));
    else handOverUnfiltered(gateway, link, payload, verdict);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    unreadableEvent(gateway, shard, tracker, error);
  }
}

/** A reshard concerns the shard, or did a moment ago. */
function handOverUnfiltered(gateway: GatewayManager, link: RemoteShard, received: Payload, its: number): void {
  const { shard } = link;
  const { payload, verdict } = its < UNFILTERED ? unfiltered(received, its) : { payload: received, verdict: its };
  link.verdicts.set(payload, verdict);
  if (gateway.runtime.crossing?.takes(shard, payload) === true) return;
  const passed = link.filtered(payload);
  if (passed === undefined) return holdBack(shard, payload.s);
  if ((verdict & FOR_MODULE) === 0) return handOver(gateway, shard, passed);
  const { tracker } = shard;
  const flight = tracker.begin(payload.s, payload.bytes.length, gateway.clock.now(), true);
  takeOff(shard, flight);
  handOverWaiting(gateway, shard, { tracker, flight, payload: passed });
  pauseIfFull(gateway, shard);
}
