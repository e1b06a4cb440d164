import type { SinkDoor } from '@shardgate/delivery';
import type * as transport from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { loadLibrary } from '../client-library.ts';
import { backOffMs } from '../ports/back-off.ts';
import type { TimerHandle } from '../ports/clock.ts';
import { createTroubleLog } from '../trouble-log.ts';
import { natsTrouble } from './nats-trouble.ts';
import type { NatsTargetSettings } from './nats-target.ts';

export interface NatsLinkOptions {
  readonly target: NatsTargetSettings;
  readonly report: SinkDoor['report'];
  /** Makes a connection fit for use; rejecting gives it up. Called again after {@link NatsLink.begin}. */
  greet(connection: NatsConnection): Promise<void>;
  onReady(ready: boolean): void;
}

/** A connection that is made again and again, as long as it takes. */
export interface NatsLink {
  start(): void;
  /** Undefined while it is not ready. */
  readonly connection: NatsConnection | undefined;
  /** Something was done: the next trouble begins with short waits again. */
  succeeded(): void;
  /** Not ready any more; after a wait the connection is greeted again, or made anew when it is of no use. */
  begin(error: unknown, isBroken: boolean): void;
  /** As `begin`, at once and without a word: nothing is wrong. */
  greetAgain(): void;
  stop(): Promise<void>;
}

/** Creates a link that is not connected. */
export function createNatsLink({ target, report, greet, onReady }: NatsLinkOptions): NatsLink {
  const { clock, random, backOff, timeoutMs, where } = target;
  const log = createTroubleLog(`NATS ${where}`, clock, backOff, report);
  let isStopped = true;
  let open: NatsConnection | undefined;
  let isReady = false;
  let failures = 0;
  let turn = 0;
  let timer: TimerHandle;

  function retry(error: unknown): void {
    if (isStopped) return;
    failures++;
    const retryInMs = backOffMs(failures, random(), backOff);
    log.tell(natsTrouble(error), retryInMs);
    clock.clearTimer(timer);
    timer = clock.setTimer(attempt, retryInMs);
  }

  function drop(): void {
    const dropped = open;
    open = undefined;
    if (dropped !== undefined) closeQuietly(dropped);
  }

  function notReady(): void {
    turn++;
    if (!isReady) return;
    isReady = false;
    onReady(false);
  }

  async function connected(own: number): Promise<void> {
    if (open === undefined || open.isClosed()) {
      const { connect } = await loadTransport();
      const made = await connect(target.connection);
      if (isStopped || own !== turn) return closeQuietly(made);
      open = made;
      void made.closed().then((error) => {
        if (open !== made) return;
        open = undefined;
        notReady();
        retry(error instanceof Error ? error : new Error('the connection was closed'));
      });
    }
    await greet(open);
    if (isStopped || own !== turn) return;
    isReady = true;
    log.over();
    onReady(true);
  }

  function attempt(): void {
    const own = ++turn;
    const limit = clock.setTimer(() => failed(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const failed = (error: unknown): void => {
      clock.clearTimer(limit);
      if (own !== turn) return;
      turn++;
      drop();
      retry(error);
    };
    connected(own).then(() => clock.clearTimer(limit), failed);
  }

  return {
    start: () => {
      isStopped = false;
      attempt();
    },
    get connection() {
      return isReady ? open : undefined;
    },
    succeeded: () => {
      failures = 0;
    },
    begin: (error, isBroken) => {
      notReady();
      if (isBroken) drop();
      retry(error);
    },
    greetAgain: () => {
      notReady();
      if (!isStopped) attempt();
    },
    stop: async () => {
      isStopped = true;
      turn++;
      isReady = false;
      clock.clearTimer(timer);
      drop();
    },
  };
}

function closeQuietly(connection: NatsConnection): void {
  connection.close().catch(() => {});
}

/** The client library. */
export function loadTransport(): Promise<Pick<typeof transport, 'connect' | 'createInbox' | 'headers'>> {
  return loadLibrary('NATS', '@nats-io/transport-node', () => import('@nats-io/transport-node'));
}
