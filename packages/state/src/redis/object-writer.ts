import { randomUUID } from 'node:crypto';
import type { StoreContext } from '../store.ts';
import { LAYOUT } from './adopt-layout.ts';
import { REMARK_SECONDS, WRITER_SECONDS } from './defaults.ts';
import { encodeSettings, type CallSettings } from './encode-operations.ts';
import { OWN } from './layout.ts';
import { RedisRefusal, type RedisConnection } from './redis-connection.ts';
import { createRedisLink, type RedisLink } from './redis-link.ts';
import { orThrow, runScript, WRITE_SCRIPT } from './redis-script.ts';
import type { RedisTargetSettings } from './redis-target.ts';
import { troubleIn } from './server-trouble.ts';
import { timestamp } from './timestamp.ts';

/** Runs the script that writes, on connections that are made as they are needed. */
export interface ObjectWriter {
  readonly link: RedisLink;
  /** When the server was found without its data, as text; undefined if never. */
  readonly lostAt: string | undefined;
  /** From now on the server has our marks, unless it loses its data. */
  marked(): void;
  /** `add` adds operations to the script's arguments. Gives what they told, in their order. */
  write(add: (args: string[]) => void): Promise<readonly unknown[]>;
}

export interface ObjectWriterOptions extends Pick<CallSettings, 'channelKeys' | 'nativeExpiry'> {
  readonly target: RedisTargetSettings;
  readonly context: StoreContext;
}

export function createObjectWriter({ target, context, channelKeys, nativeExpiry }: ObjectWriterOptions): ObjectWriter {
  const writer = randomUUID();
  const mark = `${OWN}writer:${writer}`;
  let epoch = 0;
  /** Monotonic milliseconds at which the mark was set the last time. */
  let setAt = Number.NEGATIVE_INFINITY;
  let isMarked = false;
  let lostAt: string | undefined;
  const link = createRedisLink({ ...target, clock: context.clock, greet });

  /** What is sent on older connections is refused from here on. */
  async function greet(connection: RedisConnection): Promise<void> {
    epoch++;
    const [before] = (await connection.run([['GET', mark], ...marks()])).map(orThrow);
    const couldExpire = isOlderThan(WRITER_SECONDS);
    setAt = context.clock.now();
    if (before === null && !couldExpire) lost();
  }

  function marks(): string[][] {
    const own = ['SET', mark, String(epoch), 'EX', String(WRITER_SECONDS)];
    return isMarked ? [own, ['SET', LAYOUT, channelKeys, 'NX']] : [own];
  }

  function isOlderThan(seconds: number): boolean {
    return context.clock.now() - setAt > seconds * 1_000;
  }

  /** Our mark was there, unless all is gone. */
  function lost(): void {
    lostAt = timestamp(context.clock.wallTime());
    context.onEmptied?.();
  }

  async function setMarks(): Promise<void> {
    setAt = context.clock.now();
    (await link.run(marks())).forEach(orThrow);
  }

  return {
    link,
    get lostAt() {
      return lostAt;
    },
    marked() {
      isMarked = true;
    },
    async write(add) {
      // First: the settings name the connection.
      await link.connect();
      const settings = encodeSettings({ ...context, writer, epoch, channelKeys, nativeExpiry });
      const told: unknown[] = [];
      let args: string[] = [];
      add(args);
      try {
        for (;;) {
          const all = [...settings, ...args];
          const reply = await runScript((commands) => link.run(commands), WRITE_SCRIPT, all);
          const [some, next, hasMark] = reply as readonly [readonly unknown[], number, 0 | 1];
          for (const old of some) told.push(old);
          if (hasMark === 0) lost();
          if (hasMark === 0 || isOlderThan(REMARK_SECONDS)) await setMarks();
          if (next >= all.length) return told;
          args = all.slice(next);
        }
      } catch (error) {
        if (!(error instanceof RedisRefusal)) throw error;
        throw new Error(`Redis ${target.where} ${troubleIn(error)}`, { cause: error });
      }
    },
  };
}
