import type { Clock } from '@shardgate/gateway';
import type { OverlayTable } from './overlay-table.ts';

/** Rows that wait at most before they are written, be the time come or not. */
const FLUSH_ROWS = 2_000;
/** After a failed write, milliseconds: doubled up to the second number. The disk is this process's alone, so no other comes at the same time. */
const RETRY_MS = [500, 10_000] as const;

/** Writes changes of tables to the file: all of a moment in one transaction, one after the other. */
export interface Committer {
  /** A change waits. */
  changed(rows: number, characters: number): void;
  /** Between two events: begins to write where it is time. */
  checkpoint(): void;
  /** @throws {Error} so much waits that no more may be added */
  checkRoom(): void;
  /** Writes all that waits. Rejects when it cannot be written. */
  drain(): Promise<void>;
  /** Why nothing can be written, in words. */
  readonly trouble: string | undefined;
}

/** What a committer needs. */
export interface CommitterOptions {
  readonly clock: Clock;
  /** All tables; they are asked for at each write. */
  readonly tables: () => readonly OverlayTable[];
  /** Runs writes as one transaction; resolves when it is in the file. */
  readonly transact: (write: () => void) => Promise<unknown>;
  /** Longest time a change waits, milliseconds. */
  readonly intervalMs: number;
  /** Characters that may wait. */
  readonly maxCharacters: number;
}

export function createCommitter(options: CommitterOptions): Committer {
  const { clock, tables, transact, intervalMs, maxCharacters } = options;
  let waiting = { rows: 0, characters: 0 };
  let writing = { rows: 0, characters: 0 };
  let underWay: Promise<boolean> | undefined;
  let timer: unknown;
  let failures = 0;
  let trouble: string | undefined;

  function schedule(): void {
    if (timer !== undefined || underWay !== undefined || waiting.rows === 0) return;
    const delay = failures === 0 ? intervalMs : Math.min(RETRY_MS[0] * 2 ** (failures - 1), RETRY_MS[1]);
    timer = clock.setTimer(() => void write(), delay);
  }

  function write(): Promise<boolean> {
    clock.clearTimer(timer);
    timer = undefined;
    underWay ??= writeOnce().finally(() => {
      underWay = undefined;
      schedule();
    });
    return underWay;
  }

  async function writeOnce(): Promise<boolean> {
    const all = tables();
    writing = waiting;
    waiting = { rows: 0, characters: 0 };
    try {
      await transact(() => {
        for (const table of all) table.flush();
      });
      failures = 0;
      trouble = undefined;
    } catch (error) {
      failures++;
      trouble = error instanceof Error ? error.message : String(error);
    }
    writing = { rows: 0, characters: 0 };
    for (const table of all) table.settle(trouble === undefined);
    return trouble === undefined;
  }

  return {
    changed(rows, characters) {
      waiting.rows += rows;
      waiting.characters += characters;
    },
    checkpoint() {
      if (waiting.rows >= FLUSH_ROWS && underWay === undefined && failures === 0) void write();
      else schedule();
    },
    checkRoom() {
      const characters = waiting.characters + writing.characters;
      if (characters <= maxCharacters) return;
      throw new Error(
        `${characters} characters wait to be written, ${maxCharacters} may: ${trouble ?? 'the disk is too slow'}`,
      );
    },
    async drain() {
      if (underWay !== undefined) await underWay;
      while (waiting.rows > 0) if (!(await write())) throw new Error(trouble);
    },
    get trouble() {
      return trouble;
    },
  };
}
