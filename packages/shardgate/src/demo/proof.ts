import { createEventSet } from './event-set.ts';
import { countMissing } from './number-runs.ts';

/** What comparing the ids has shown. */
export interface ProofFigures {
  readonly sent: number;
  readonly handled: number;
  /** Sent and not handled yet. When nothing is under way any more, these are lost. */
  readonly open: number;
  /** Sent and not handled although a later event of the same session was: events come in order, so these will not come. */
  readonly overtaken: number;
  /** Handled and never sent. */
  readonly unknown: number;
  /** Handled a second time. */
  readonly twice: number;
}

/** Holds what the simulator says it sent against what the bot wrote down, id by id. */
export interface Proof {
  sent(id: string): void;
  handled(id: string): void;
  figures(): ProofFigures;
}

export function createProof(): Proof {
  const sent = createEventSet();
  const handled = createEventSet();
  let twice = 0;
  return {
    sent: (id) => void sent.add(id),
    handled(id) {
      if (!handled.add(id)) twice++;
    },
    figures() {
      const figures = { open: 0, overtaken: 0, unknown: 0 };
      for (const [session, numbers] of sent.sessions) {
        const done = handled.sessions.get(session);
        figures.open += countMissing(numbers, done);
        figures.overtaken += countMissing(numbers, done, done?.runs.at(-1)?.[1] ?? -1);
      }
      for (const [session, numbers] of handled.sessions)
        figures.unknown += countMissing(numbers, sent.sessions.get(session));
      return { sent: sent.size, handled: handled.size, twice, ...figures };
    },
  };
}
