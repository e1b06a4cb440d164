import type { MessageStamp, MessageStamps } from './message-stamps.ts';
import { joinId, splitId } from './message-traits.ts';

/** The stamps as a live map from message id to sixteen hexadecimal digits. */
export function createStampView(stamps: MessageStamps): Map<bigint, string> {
  function* pairs(): Generator<[bigint, string], undefined> {
    for (const stamp of stamps.all()) yield [joinId(stamp), textOf(stamp)];
    return undefined;
  }
  function* ids(): Generator<bigint, undefined> {
    for (const [id] of pairs()) yield id;
    return undefined;
  }
  function* texts(): Generator<string, undefined> {
    for (const [, text] of pairs()) yield text;
    return undefined;
  }
  const view: Map<bigint, string> = {
    get(id) {
      const stamp = stamps.find(id);
      return stamp && textOf(stamp);
    },
    has: (id) => stamps.find(id) !== undefined,
    set(id, text) {
      if (!/^[0-9a-f]{16}$/.test(text))
        throw new RangeError(`the stamp of message ${id}: expected 16 hexadecimal digits, got ${JSON.stringify(text)}`);
      const [stampA, stampB] = [text.slice(0, 8), text.slice(8)].map((half) => Number.parseInt(half, 16) | 0) as [
        number,
        number,
      ];
      stamps.exchange({ ...splitId(id), stampA, stampB });
      return view;
    },
    delete: stamps.delete,
    clear: stamps.clear,
    get size() {
      return stamps.size;
    },
    forEach(callback, thisArg) {
      for (const [id, text] of pairs()) callback.call(thisArg, text, id, view);
    },
    keys: ids,
    values: texts,
    entries: pairs,
    [Symbol.iterator]: pairs,
    [Symbol.toStringTag]: 'Map',
  };
  return view;
}

function textOf({ stampA, stampB }: MessageStamp): string {
  return [stampA, stampB].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
