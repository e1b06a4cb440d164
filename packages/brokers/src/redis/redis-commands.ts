import { commandFailure } from '../command-reply.ts';
import { guildPayloadIn, readCommandMessage, type CommandMessage } from './command-message.ts';
import { readCommandsOptions, type RedisCommandsOptions } from './commands-options.ts';
import { DEAD_COMMANDS, REPLY_SECONDS } from './defaults.ts';
import { createRedisLink, type RedisLink } from './redis-link.ts';
import { firstRefusal, RedisRefusal } from './redis-connection.ts';

/** Takes commands from Redis. */
export interface RedisCommands {
  /** Begins to connect. Once, unless it was stopped meanwhile. */
  start(): void;
  /** Takes no more commands; those under way are carried out, and answered when they are done within five seconds. May be called again. */
  stop(): Promise<void>;
  /** For metrics. */
  status(): RedisCommandsStatus;
}

export interface RedisCommandsStatus {
  /** Commands that are being carried out. */
  readonly underWay: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** Time for answers at the end, milliseconds. */
const STOP_WITHIN_MS = 5_000;

/**
 * Creates a source of commands that pops them from Redis lists (`BLPOP`): Shardgate's own, `{"command":{"type":…},"id"?,"replyTo"?}`, or payloads as
 * bots of tatsuworks/gateway push them, `{"op":8,"d":{…},"shard"?}`; without `shard` the guild in `d` decides.
 *
 * With `replyTo` the answers are pushed to that list, which goes a minute after the last of them: `{"id","chunk":…}` for parts, then
 * `{"id","ok":true,"result":…}` or `{"id","ok":false,"error":{"code","message"}}`. A command without it that cannot be carried out is put
 * on the dead list with the reason.
 *
 * A command leaves its list when it is taken: it is lost when this process dies before it is carried out.
 *
 * @throws {TypeError | RangeError} an option is unknown, wrong or missing; addresses are never shown
 */
export function createRedisCommands(options: RedisCommandsOptions): RedisCommands {
  const settings = readCommandsOptions(options);
  const { target, intake, lists, clientName, maxUnderWay, maxBytes, deadList } = settings;
  const client = { name: clientName, id: clientName };
  const counts = { underWay: 0, succeeded: 0, failed: 0 };
  let isStopped = true;
  let popperId: string | undefined;
  let pops: RedisLink | undefined;
  let answers: RedisLink | undefined;
  let loop: Promise<void> = Promise.resolve();
  let onSlot: (() => void) | undefined;

  async function take(link: RedisLink): Promise<void> {
    // Shorter than the link waits for an answer.
    const seconds = (target.timeoutMs / 2_000).toFixed(2);
    while (!isStopped) {
      if (counts.underWay >= maxUnderWay) {
        await new Promise<void>((resolve) => (onSlot = resolve));
        continue;
      }
      const [popped] = await link.run([['BLPOP', ...lists, seconds]]);
      if (popped instanceof RedisRefusal) throw popped;
      if (Array.isArray(popped)) void carryOut(String(popped[1]));
    }
  }

  async function carryOut(text: string): Promise<void> {
    counts.underWay++;
    let message: CommandMessage | undefined;
    try {
      message = readCommandMessage(text, maxBytes);
      const { id, replyTo } = message;
      const onChunk = (chunk: unknown): void => {
        if (replyTo !== undefined) void answer(replyTo, { id, chunk });
      };
      const result = await execute(message.command, onChunk);
      counts.succeeded++;
      if (replyTo !== undefined) await answer(replyTo, { id, ok: true, result });
    } catch (error) {
      counts.failed++;
      const failure = commandFailure(error);
      if (message?.replyTo !== undefined) await answer(message.replyTo, { id: message.id, ok: false, error: failure });
      else await bury(failure, text);
    } finally {
      counts.underWay--;
      onSlot?.();
      onSlot = undefined;
    }
  }

  async function execute(command: unknown, onChunk: (chunk: unknown) => void): Promise<unknown> {
    const payload = guildPayloadIn(command);
    if (payload === undefined) return intake.execute(client, command, onChunk);
    const found: unknown = await intake.execute(client, { type: 'shardOf', guildId: payload.guildId }, () => {});
    const shardId: unknown = typeof found === 'object' && found !== null ? Reflect.get(found, 'shardId') : undefined;
    return intake.execute(client, { type: 'shardPayload', shardId, data: payload.data }, onChunk);
  }

  /** An answer that cannot be pushed is gone: whoever waits for it has a time limit of its own. */
  async function answer(list: string, reply: object): Promise<void> {
    await push([
      ['RPUSH', list, JSON.stringify(reply)],
      ['EXPIRE', list, String(REPLY_SECONDS)],
    ]);
  }

  async function bury(reason: object, text: string): Promise<void> {
    const body = text.length > maxBytes ? `${text.slice(0, maxBytes)}…` : text;
    await push([
      ['LPUSH', deadList, JSON.stringify({ reason, body })],
      ['LTRIM', deadList, '0', String(DEAD_COMMANDS - 1)],
    ]);
  }

  async function push(commands: readonly (readonly string[])[]): Promise<void> {
    try {
      const replies = await answers?.run(commands);
      const refused = firstRefusal(replies ?? []);
      if (refused !== undefined) throw refused;
    } catch (error) {
      settings.report(
        'warn',
        `an answer to a command could not be pushed: ${error instanceof Error ? error.message : 'unknown'}`,
      );
    }
  }

  return {
    start: () => {
      if (!isStopped) throw new Error('the commands are started already');
      isStopped = false;
      const quiet = { ...target, report: () => {}, greet: async () => {}, onReady: () => {} };
      answers = createRedisLink(quiet);
      const link = createRedisLink({
        ...target,
        report: settings.report,
        greet: async (connection) => {
          const [ping, id] = await connection.run([['PING'], ['CLIENT', 'ID']]);
          if (ping instanceof RedisRefusal) throw ping;
          popperId = typeof id === 'number' ? String(id) : undefined;
        },
        onReady: (ready) => {
          if (!ready) return;
          loop = loop.then(() => take(link)).catch((error: unknown) => link.giveUp(error));
        },
      });
      pops = link;
      answers.start();
      link.start();
    },
    stop: async () => {
      if (isStopped) return;
      isStopped = true;
      onSlot?.();
      // Breaking the connection while it pops could take a command with it.
      if (popperId !== undefined) await answers?.run([['CLIENT', 'UNBLOCK', popperId]]).catch(() => undefined);
      await within(STOP_WITHIN_MS, loop);
      const end = target.clock.now() + STOP_WITHIN_MS;
      while (counts.underWay > 0 && target.clock.now() < end)
        await within(end - target.clock.now(), new Promise<void>((resolve) => (onSlot = resolve)));
      pops?.stop();
      answers?.stop();
    },
    status: () => ({ ...counts }),
  };

  function within(ms: number, done: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const timer = target.clock.setTimer(resolve, ms);
      void done.then(() => {
        target.clock.clearTimer(timer);
        resolve();
      });
    });
  }
}
