import { closeSync, existsSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { createEventSet } from './event-set.ts';

/** In front of the id of an event that came once more and was dropped. */
const AGAIN = 'again ';

/**
 * What the bot has done, one line each, as a real one's database would hold it: the event's effect and its id are one write, so that no kill can
 * come between them, and the next process knows what was done.
 */
export interface BotLog {
  /** Does the event, once. False when it was done before. */
  handle(id: string): boolean;
}

/** Opens the bot's log, with what an earlier process wrote. A line is one small write to a file, which is whole whatever ends the process. */
export function openBotLog(path: string): BotLog {
  const done = createEventSet();
  if (existsSync(path)) {
    for (const line of readFileSync(path, 'utf8').split('\n'))
      if (line !== '' && !line.startsWith(AGAIN)) done.add(line);
  }
  const file = openSync(path, 'a', 0o600);
  return {
    handle(id) {
      const isNew = !done.has(id);
      writeSync(file, isNew ? `${id}\n` : `${AGAIN}${id}\n`);
      if (isNew) done.add(id);
      return isNew;
    },
  };
}

/** Reads on in a bot's log from outside. */
export interface BotLogReader {
  /** Tells what was written since the last call. */
  read(): void;
  close(): void;
}

const CHUNK_BYTES = 64 * 1024;

export function createBotLogReader(
  path: string,
  told: { handled(id: string): void; again(id: string): void },
): BotLogReader {
  closeSync(openSync(path, 'a', 0o600));
  const file = openSync(path, 'r');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let rest = '';
  return {
    read() {
      for (;;) {
        // Ids are ASCII: a chunk may end anywhere.
        const length = readSync(file, chunk, 0, CHUNK_BYTES, null);
        if (length === 0) return;
        const lines = (rest + chunk.toString('latin1', 0, length)).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (line.startsWith(AGAIN)) told.again(line.slice(AGAIN.length));
          else told.handled(line);
        }
      }
    },
    close: () => closeSync(file),
  };
}
