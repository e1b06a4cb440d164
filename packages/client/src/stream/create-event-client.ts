import { ClientError } from './client-error.ts';
import { checkClientOptions } from './client-options.ts';
import type { EventClientOptions } from './client-options.ts';
import { createCommandDesk } from './command-desk.ts';
import { createCommands } from './commands.ts';
import { CLIENT_DEFAULTS } from './defaults.ts';
import type { CloseOptions, EventClient } from './event-client.ts';
import { contained } from './contained.ts';
import { createEventHandling } from './event-handling.ts';
import { createEventIntake } from './event-intake.ts';
import { createListeners } from './listeners.ts';
import { systemClock } from '../ports/clock.ts';
import { systemRandom } from '../ports/random.ts';
import { withinTime } from '../time-limit.ts';
import { createPullQueue } from './pull-queue.ts';
import { createServerLink } from './server-link.ts';

/** Someone who waits for the connection. */
interface Waiter {
  settle(error?: ClientError): void;
}

/**
 * Creates a client of a stream sink (`createWebSocketSink`, `createUnixSink`). Nothing happens before `connect`.
 *
 * @throws TypeError or RangeError for a wrong option
 * @example
 * ```ts
 * const client = createEventClient({ url: 'ws://127.0.0.1:7890', name: 'bot-1', secretKey });
 * client.on('MESSAGE_CREATE', async (message, event) => { … });
 * await client.connect();
 * ```
 */
export function createEventClient(options: EventClientOptions): EventClient {
  checkClientOptions(options);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings = { ...CLIENT_DEFAULTS, ...given } as typeof CLIENT_DEFAULTS;
  const { url, name, secretKey, window, events, clock = systemClock, random = systemRandom } = options;
  const listeners = createListeners();
  const pull = createPullQueue();
  const waiters = new Set<Waiter>();
  let state: 'idle' | 'open' | 'draining' | 'closed' | 'refused' = 'idle';
  let failures = 0;
  let shardCount: number | undefined;
  /** Of the shards before the last reshard: their lanes may still be leased while the last of their events go out. */
  let oldShardCount: number | undefined;
  let closing: Promise<void> | undefined;
  /** While draining: the gateway has ended the connection, or will not since events were given up. */
  let onDrained: (() => void) | undefined;

  const handling = createEventHandling({
    clock,
    random,
    timeoutMs: settings.handlerTimeoutMs,
    retryFirstMs: settings.retryFirstMs,
    retryMostMs: settings.retryMostMs,
    onHandlerError: options.onHandlerError ?? 'acknowledge',
    seen: options.seen,
    pull,
    handle: (event) => client.handleEvent(client, event),
    onFailure(error, event) {
      failures++;
      listeners.emit('error', error, event);
    },
  });
  const intake = createEventIntake({
    concurrency: settings.concurrency,
    seenLimit: settings.seenLimit,
    handling,
    send: (message) => link.send(message),
    together: (work) => link.together(work),
    onGap: (gap) => listeners.emit('gap', gap),
    onReshard(reshard) {
      oldShardCount = reshard.from.shardCount;
      shardCount = reshard.to.shardCount;
      listeners.emit('reshard', reshard);
    },
    onTrouble: (error) => listeners.emit('error', error),
    onGivenUp: () => onDrained?.(),
  });
  const desk = createCommandDesk({ clock, maxCommands: settings.maxCommands, send: (message) => link.send(message) });

  const takeShardCount = (lane: string): void => {
    const count = Number(lane.split('/')[1]);
    if (shardCount === undefined || count !== oldShardCount) shardCount = count;
  };

  const settleWaiters = (error?: ClientError): void => {
    for (const waiter of waiters) waiter.settle(error);
  };

  const link = createServerLink({
    url,
    secretKey,
    hello: {
      name,
      reshards: true,
      ...(window === undefined ? {} : { window }),
      ...(events === undefined ? {} : { events }),
    },
    connectTimeoutMs: settings.connectTimeoutMs,
    reconnectFirstMs: settings.reconnectFirstMs,
    reconnectMostMs: settings.reconnectMostMs,
    clock,
    random,
    onWelcome(welcome) {
      desk.connected(welcome);
      settleWaiters();
      listeners.emit('connected', { id: welcome.id });
    },
    onMessage(message) {
      switch (message.op) {
        case 'events':
          return intake.events(message);
        case 'gap':
          return intake.gap(message);
        case 'reshard':
          return intake.reshard(message);
        case 'lease':
          takeShardCount(message.lane);
          intake.lease(message.lane, message.epoch);
          return listeners.emit('leased', { lane: message.lane });
        case 'revoke':
          intake.revoke(message.lane, message.epoch);
          return listeners.emit('revoked', { lane: message.lane });
        case 'reply':
          return desk.onReply(message);
        case 'chunk':
          return desk.onChunk(message.id, message.payload);
        case 'error':
          return listeners.emit('error', new ClientError(message.code, message.message));
        case 'pong':
        // What a later version has to say beyond this one's messages is not for us.
      }
    },
    onLost(reason) {
      intake.lost();
      desk.lost();
      onDrained?.();
      listeners.emit('disconnected', { reason });
    },
    onTrouble: (error) => listeners.emit('error', error),
    onRefused(error) {
      if (state === 'open') state = 'refused';
      settleWaiters(error);
      listeners.emit('error', error);
    },
  });

  const connect = (deadlineMs: number): Promise<void> => {
    if (state === 'closed' || state === 'draining')
      return Promise.reject(new ClientError('closed', 'the client is closed'));
    if (state === 'idle' || state === 'refused') {
      state = 'open';
      link.start();
    }
    if (link.isConnected) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        settle(error) {
          waiters.delete(waiter);
          clock.clearTimer(timer);
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      const timer = clock.setTimer(
        () =>
          waiter.settle(new ClientError('timeout', `no connection within ${deadlineMs} ms; the client goes on trying`)),
        deadlineMs,
      );
      waiters.add(waiter);
    });
  };

  const close = async ({ drain = true, deadlineMs = settings.closeDeadlineMs }: CloseOptions): Promise<void> => {
    const isDraining = drain && state === 'open' && link.isConnected;
    state = isDraining ? 'draining' : 'closed';
    settleWaiters(new ClientError('closed', 'the client was closed'));
    if (isDraining) {
      const drained = new Promise<void>((resolve) => (onDrained = resolve));
      link.expectEnd();
      link.send({ op: 'bye' });
      // What no loop has taken goes to another client.
      pull.close();
      const late = (): Error => new ClientError('timeout', 'not all was done in time');
      await withinTime(clock, deadlineMs, drained.then(intake.idle), late).catch(() => undefined);
    }
    state = 'closed';
    pull.close();
    desk.close();
    await link.stop();
    intake.lost();
  };

  const client: EventClient = {
    ...createCommands({
      desk,
      commandDeadlineMs: settings.commandDeadlineMs,
      membersDeadlineMs: settings.membersDeadlineMs,
    }),
    name,
    get isConnected() {
      return link.isConnected;
    },
    get shardCount() {
      return shardCount;
    },
    handleEvent: options.handleEvent ?? ((_client, event) => listeners.dispatch(event)),
    connect: ({ deadlineMs = 60_000 } = {}) => contained(connect(deadlineMs)),
    on: (eventName: string, listener: (...args: never[]) => unknown) => listeners.add(eventName, listener),
    events: pull.open,
    status: () => ({ ...intake.status(), failures, isConnected: link.isConnected, lanes: intake.lanes }),
    close: (how = {}) => (closing ??= close(how)),
  };
  return client;
}
