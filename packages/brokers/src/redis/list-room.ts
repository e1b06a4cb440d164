import { RESUME_AT } from './defaults.ts';

/** How long each list is, as far as the answers of Redis tell; consumers only make them shorter. */
export interface ListRoom {
  /** Takes room for one more element; false when the list is full. */
  reserve(list: string): boolean;
  /** Gives room back that was not used. */
  release(list: string, count: number): void;
  /** An answer to the push of `count` elements. */
  pushed(list: string, count: number, length: number): void;
  /** An answer to a question. */
  measured(list: string, length: number): void;
  /** Whether the list's length is known. */
  knows(list: string): boolean;
  /** Short enough for a pause to end. */
  isRelaxed(list: string): boolean;
  lengthOf(list: string): number;
  forgetAll(): void;
}

/** Creates a room where no list is known. */
export function createListRoom(maxLength: number): ListRoom {
  const lists = new Map<string, { length: number; reserved: number }>();

  function of(list: string): { length: number; reserved: number } {
    let found = lists.get(list);
    if (found === undefined) lists.set(list, (found = { length: 0, reserved: 0 }));
    return found;
  }

  return {
    reserve: (list) => {
      const room = of(list);
      if (room.length + room.reserved >= maxLength) return false;
      room.reserved++;
      return true;
    },
    release: (list, count) => {
      const room = of(list);
      room.reserved = Math.max(0, room.reserved - count);
    },
    pushed: (list, count, length) => {
      const room = of(list);
      room.reserved = Math.max(0, room.reserved - count);
      room.length = length;
    },
    measured: (list, length) => {
      of(list).length = length;
    },
    knows: (list) => lists.has(list),
    isRelaxed: (list) => of(list).length <= Math.floor(maxLength * RESUME_AT),
    lengthOf: (list) => of(list).length,
    forgetAll: () => lists.clear(),
  };
}
