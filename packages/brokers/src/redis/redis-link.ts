import type { BackOff, SinkDoor } from '@shardgate/delivery';
import { backOffMs } from '../ports/back-off.ts';
import type { Clock, Random, TimerHandle } from '../ports/clock.ts';
import type { DialRedis, RedisCommand, RedisConnection } from './redis-connection.ts';
import { firstRefusal, RedisRefusal } from './redis-connection.ts';
import { createTroubleLog } from '../trouble-log.ts';
import { troubleIn } from './server-trouble.ts';

export interface RedisLinkOptions {
  /** The server in a message: without user name and password. */
  readonly where: string;
  readonly dial: DialRedis;
  readonly clock: Clock;
  readonly random: Random;
  readonly backOff: BackOff;
  /** A command without an answer for this long costs the connection, milliseconds. */
  readonly timeoutMs: number;
  readonly report: SinkDoor['report'];
  /** What is to be asked of a new connection before it counts; rejecting gives it up. */
  greet(connection: Pick<RedisConnection, 'run' | 'transact' | 'anyKeys'>): Promise<void>;
  /** Whether commands may be sent. */
  onReady(ready: boolean): void;
}

/** A connection that is made again and again, as long as it takes. */
export interface RedisLink {
  /** Begins to connect. */
  start(): void;
  /** Rises with each connection; what was learnt on an earlier one is to be asked anew. */
  readonly epoch: number;
  readonly anyKeys: boolean;
  run(commands: readonly RedisCommand[]): Promise<readonly unknown[]>;
  transact(commands: readonly RedisCommand[]): Promise<readonly unknown[]>;
  /** Gives the connection up: an answer showed that the server cannot do its work now. */
  giveUp(error: unknown): void;
  /** Ends it; what is under way rejects. */
  stop(): void;
}

interface Up {
  readonly connection: RedisConnection;
  underWay: number;
}

/** Creates a link that is not connected. */
export function createRedisLink(options: RedisLinkOptions): RedisLink {
  const { where, dial, clock, random, backOff, timeoutMs, report, greet, onReady } = options;
  let isStopped = true;
  let up: Up | undefined;
  let greeting: RedisConnection | undefined;
  let epoch = 0;
  let failures = 0;
  let timer: TimerHandle;
  const log = createTroubleLog(`Redis ${where}`, clock, backOff, report);

  function retry(error: unknown): void {
    if (isStopped) return;
    failures++;
    const retryInMs = backOffMs(failures, random(), backOff);
    log.tell(troubleIn(error) ?? { kind: 'refused', words: `refuses: ${String(error)}` }, retryInMs);
    clock.clearTimer(timer);
    timer = clock.setTimer(connect, retryInMs);
  }

  /** Lets answers that are still to come arrive: only what has none counts as unknown. */
  function giveUp(error: unknown): void {
    const held = up;
    if (held === undefined) return;
    up = undefined;
    onReady(false);
    if (held.underWay === 0 || !(error instanceof RedisRefusal)) held.connection.close();
    retry(error);
  }

  function connect(): void {
    const own = ++epoch;
    let lostEarly: Error | undefined;
    const onLost = (error: Error): void => {
      if (own !== epoch) return;
      lostEarly = error;
      giveUp(error);
    };
    const made = async (): Promise<void> => {
      const connection = await dial(onLost);
      if (isStopped || own !== epoch) return connection.close();
      greeting = connection;
      try {
        await limited(greet(connection), 'its greeting');
        if (lostEarly !== undefined) throw lostEarly;
      } catch (error) {
        connection.close();
        throw error;
      } finally {
        greeting = undefined;
      }
      if (isStopped || own !== epoch) return connection.close();
      up = { connection, underWay: 0 };
      log.over();
      onReady(true);
    };
    limited(made(), 'a connection').catch((error: unknown) => {
      if (own !== epoch || up !== undefined) return;
      // A connection that comes too late is closed by the changed epoch.
      epoch++;
      retry(error);
    });
  }

  function limited<Value>(promise: Promise<Value>, what: string): Promise<Value> {
    return new Promise((resolve, reject) => {
      const limit = clock.setTimer(() => reject(new Error(`no answer to ${what} within ${timeoutMs} ms`)), timeoutMs);
      void promise.then(resolve, reject).finally(() => clock.clearTimer(limit));
    });
  }

  async function send(way: 'run' | 'transact', commands: readonly RedisCommand[]): Promise<readonly unknown[]> {
    const held = up;
    if (held === undefined) throw new Error(`Redis ${where} is not connected`);
    held.underWay++;
    try {
      const replies = await limited(held.connection[way](commands), 'a command');
      const refused = firstRefusal(replies, (refusal) => troubleIn(refusal) !== undefined);
      if (refused === undefined) failures = 0;
      else if (up === held) giveUp(refused);
      return replies;
    } catch (error) {
      if (up === held && troubleIn(error) !== undefined) giveUp(error);
      if (!(error instanceof RedisRefusal)) held.connection.close();
      throw error;
    } finally {
      held.underWay--;
      if (up !== held && held.underWay === 0) held.connection.close();
    }
  }

  return {
    start: () => {
      isStopped = false;
      connect();
    },
    get epoch() {
      return epoch;
    },
    get anyKeys() {
      return up?.connection.anyKeys ?? false;
    },
    run: (commands) => send('run', commands),
    transact: (commands) => send('transact', commands),
    giveUp,
    stop: () => {
      isStopped = true;
      epoch++;
      clock.clearTimer(timer);
      const held = up;
      up = undefined;
      greeting?.close();
      held?.connection.close();
    },
  };
}
