import { randomUUID } from 'node:crypto';
import type { StoreContext } from '../store.ts';
import { LAYOUT } from './adopt-layout.ts';
import { WRITER_SECONDS } from './defaults.ts';
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
  /** From now on the server has our mark, unless it loses its data. */
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
  let epoch = 0;
  let isMarked = false;
  let lostAt: string | undefined;
  const link = createRedisLink({ ...target, clock: context.clock, greet });

  /** What is sent on older connections is refused from here on. */
  async function greet(connection: RedisConnection): Promise<void> {
    epoch++;
    const commands = [['SET', `${OWN}writer:${writer}`, String(epoch), 'EX', String(WRITER_SECONDS)]];
    if (isMarked) commands.push(['SET', LAYOUT, channelKeys, 'NX']);
    const [, layout] = (await connection.run(commands)).map(orThrow);
    // It was there, unless all is gone.
    if (typeof layout === 'string') lostAt = timestamp(context.clock.wallTime());
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
          const [some, next] = reply as readonly [readonly unknown[], number];
          for (const old of some) told.push(old);
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
