/** An event of which the gateway was told that it is settled later. */
export interface HeldEvent {
  readonly seq: number;
  /** `waiting`: not handed on yet; `held`: the handler settles it by number; `done`. */
  phase: 'waiting' | 'held' | 'done';
}

/** Events of one session that are not settled, in their order. The gateway settles by number, up to and with it, so an event may be settled only when those before it are. */
export interface Settlement {
  readonly sessionId: string;
  add(seq: number, phase: HeldEvent['phase']): HeldEvent;
  /** The handler has settled what it holds up to a number. */
  settled(seq: number): void;
  /** The highest number with everything settled below it that was not given yet. */
  take(): number | undefined;
}

export function createSettlement(sessionId: string): Settlement {
  let events: HeldEvent[] = [];
  let head = 0;
  return {
    sessionId,
    add(seq, phase) {
      const last = events.at(-1);
      // The gateway took the session up again at an earlier place: what it was told of before is forgotten there.
      if (last !== undefined && head < events.length && last.seq >= seq) {
        events = [];
        head = 0;
      }
      const event: HeldEvent = { seq, phase };
      events.push(event);
      return event;
    },
    settled(seq) {
      for (let i = head; i < events.length; i++) {
        const event = events[i];
        if (event === undefined || event.seq > seq) return;
        if (event.phase === 'held') event.phase = 'done';
      }
    },
    take() {
      let highest: number | undefined;
      for (let event = events[head]; event?.phase === 'done'; event = events[head]) {
        highest = event.seq;
        head++;
      }
      if (head > 1_024 && head * 2 > events.length) {
        events = events.slice(head);
        head = 0;
      }
      return highest;
    },
  };
}
