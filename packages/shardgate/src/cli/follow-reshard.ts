import { setTimeout as wait } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import type { ReshardView, RunningReshard } from '../service/reshard-view.ts';
import { outcomeText, progressText } from './reshard-text.ts';

/** Exit code when the command is left with Ctrl-C while the reshard goes on: that of any command that SIGINT ends. */
export const STILL_RUNNING = 130;

const LOOK_MS = 500;

export interface FollowOptions {
  readonly read: () => Promise<ReshardView>;
  /** When the one before ended, so that this one's end is not taken for it. */
  readonly before: number | undefined;
  readonly json: boolean;
}

/** Shows a reshard until it has ended. Resolves with the command's exit code. */
export async function followReshard({ read, before, json }: FollowOptions): Promise<number> {
  const left = new AbortController();
  const leave = (): void => left.abort();
  process.once('SIGINT', leave);
  const screen = createScreen(json);
  try {
    for (;;) {
      const { running, last } = await read();
      if (running === null && last !== null && last.at !== before) {
        screen.end(json ? JSON.stringify(last) : outcomeText(last));
        return last.result === 'done' ? 0 : 1;
      }
      // It had begun: only a new process can know nothing of it.
      if (running === null) throw new Error('the service was restarted meanwhile; `shardgate status` tells its shards');
      screen.show(running);
      await wait(LOOK_MS, undefined, { signal: left.signal }).catch(() => {});
      if (left.signal.aborted) {
        screen.end();
        process.stderr.write('the reshard goes on; `shardgate reshard --cancel` has it given up\n');
        return STILL_RUNNING;
      }
    }
  } finally {
    screen.end();
    process.off('SIGINT', leave);
  }
}

interface Screen {
  show(running: RunningReshard): void;
  /** May be called again. */
  end(lastLine?: string): void;
}

/** A bar on a terminal, else a line for each phase, or for each change as JSON. */
function createScreen(json: boolean): Screen {
  const bar =
    process.stdout.isTTY && !json
      ? new SingleBar({ format: '{line}', hideCursor: true, stream: process.stdout, clearOnComplete: true })
      : undefined;
  let shown = '';
  let isOpen = false;
  return {
    show(running) {
      if (bar !== undefined) {
        const line = progressText(running);
        if (isOpen) bar.update(0, { line });
        else bar.start(1, 0, { line });
        isOpen = true;
        return;
      }
      const { shards: _, ...figures } = running;
      const line = json ? JSON.stringify(figures) : progressText(running);
      const mark = json ? line : running.phase;
      if (mark === shown) return;
      shown = mark;
      process.stdout.write(`${line}\n`);
    },
    end(lastLine) {
      if (isOpen) bar?.stop();
      isOpen = false;
      if (lastLine !== undefined) process.stdout.write(`${lastLine}\n`);
    },
  };
}
