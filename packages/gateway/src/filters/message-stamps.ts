import { splitId, type MessageTraits } from './message-traits.ts';

/** Places among which one message's place is searched. */
const WAYS = 8;

/** What is known of a message's last update, compared with this one. */
export type Seen = 'never' | 'same' | 'changed';

/** What identifies a message and its last update. */
export type MessageStamp = Pick<MessageTraits, 'idHigh' | 'idLow' | 'stampA' | 'stampB'>;

/**
 * The last stamp of each of many messages. Four numbers a message in typed arrays: as objects they would be most of what the garbage
 * collector has to walk in a busy gateway.
 */
export interface MessageStamps {
  /** Remembers the stamp and tells how it compares with the one before. A new message may push out one not updated for long. */
  exchange(stamp: MessageStamp): Seen;
  delete(id: bigint): boolean;
  clear(): void;
  /** In no order that means anything. */
  all(): Generator<MessageStamp, undefined>;
  find(id: bigint): MessageStamp | undefined;
  readonly size: number;
}

/** @param limit messages remembered; in a full memory the one to go is the oldest of the eight whose ids fall together */
export function createMessageStamps(limit: number): MessageStamps {
  const ways = Math.min(WAYS, limit);
  const sets = Math.ceil(limit / ways);
  const width = ways * 2;
  // Id (upper and lower digits), then both halves of the stamp; a set's latest first. No message has the id 0.
  const ids = new Float64Array(sets * width);
  const stamps = new Int32Array(sets * width);

  const firstOf = (idHigh: number, idLow: number): number => ((idHigh + idLow) % sets) * width;

  /** The message's place; the end of its set when it has none. */
  function placeOf(idHigh: number, idLow: number): number {
    let place = firstOf(idHigh, idLow);
    const end = place + width;
    while (place < end && (ids[place] !== idHigh || ids[place + 1] !== idLow)) place += 2;
    return place;
  }

  function at(place: number): MessageStamp | undefined {
    const [idHigh = 0, idLow = 0] = ids.subarray(place, place + 2);
    const [stampA = 0, stampB = 0] = stamps.subarray(place, place + 2);
    return idHigh === 0 && idLow === 0 ? undefined : { idHigh, idLow, stampA, stampB };
  }

  function* all(): Generator<MessageStamp, undefined> {
    for (let place = 0; place < ids.length; place += 2) {
      const stamp = at(place);
      if (stamp !== undefined) yield stamp;
    }
    return undefined;
  }

  const find = (id: bigint): MessageStamp | undefined => {
    const { idHigh, idLow } = splitId(id);
    const place = placeOf(idHigh, idLow);
    return place === firstOf(idHigh, idLow) + width ? undefined : at(place);
  };

  return {
    exchange({ idHigh, idLow, stampA, stampB }) {
      const first = firstOf(idHigh, idLow);
      let place = placeOf(idHigh, idLow);
      let seen: Seen = 'never';
      if (place === first + width) place -= 2;
      else seen = stamps[place] === stampA && stamps[place + 1] === stampB ? 'same' : 'changed';
      ids.copyWithin(first + 2, first, place);
      stamps.copyWithin(first + 2, first, place);
      ids[first] = idHigh;
      ids[first + 1] = idLow;
      stamps[first] = stampA;
      stamps[first + 1] = stampB;
      return seen;
    },
    delete(id) {
      const found = find(id);
      if (found === undefined) return false;
      const place = placeOf(found.idHigh, found.idLow);
      ids.fill(0, place, place + 2);
      return true;
    },
    clear() {
      ids.fill(0);
    },
    all,
    find,
    get size() {
      let size = 0;
      for (let place = 0; place < ids.length; place += 2) if (ids[place] !== 0 || ids[place + 1] !== 0) size++;
      return size;
    },
  };
}
