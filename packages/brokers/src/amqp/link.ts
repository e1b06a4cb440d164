import { Socket } from 'node:net';
import type * as amqplib from 'amqplib';
import type { ChannelModel } from 'amqplib';
import { loadLibrary } from '../client-library.ts';
import { backOffMs } from '../ports/back-off.ts';
import type { TimerHandle } from '../ports/clock.ts';
import { CLOSE_TIMEOUT_MS, STABLE_AFTER_MS } from './defaults.ts';
import type { LinkSettings } from './link-options.ts';

/** A connection that is made again whenever it is gone. */
export interface Link {
  /** Loads the client and begins to connect; rejects only when the client is not installed. */
  start(): Promise<void>;
  /** Gives the connection up for a new one, unless that was done already. */
  reset(connection: ChannelModel, reason: Error): void;
  /** Closes the connection and makes no other. May be called again. */
  stop(): Promise<void>;
}

/** What becomes of it. */
export interface LinkListener {
  /** Sets up a new connection. When it rejects, or takes too long, another connection is made. */
  up(connection: ChannelModel): Promise<void>;
  /** The connection that was set up, or was about to be, is gone. */
  down(reason: Error): void;
  /** The broker takes no messages for now, for want of memory or disk, or takes them again. */
  blocked(isBlocked: boolean): void;
  report(level: 'info' | 'warn' | 'error', message: string): void;
}

export function createLink(settings: LinkSettings, listener: LinkListener): Link {
  const { address, clock } = settings;
  let library: Pick<typeof amqplib, 'connect'> | undefined;
  let current: ChannelModel | undefined;
  let isRunning = false;
  let failures = 0;
  let upSince = 0;
  let reported = '';
  let retryTimer: TimerHandle;
  /** Settles when no attempt is under way. */
  let attempting: Promise<void> = Promise.resolve();

  const failed = (error: Error): void => {
    const reason = address.clean(error.message);
    // The same trouble is told once, however often it is met.
    if (reason !== reported) listener.report('error', `${address.label}: ${reason}${remedyOf(reason)}; trying again`);
    reported = reason;
    if (!isRunning) return;
    failures++;
    clock.clearTimer(retryTimer);
    retryTimer = clock.setTimer(attempt, backOffMs(failures, settings.random(), settings.backOff));
  };

  const lost = (connection: ChannelModel, error: Error): void => {
    if (current !== connection) return;
    current = undefined;
    if (upSince > 0 && clock.now() - upSince > STABLE_AFTER_MS) failures = 0;
    upSince = 0;
    const reason = new Error(address.clean(error.message));
    listener.down(reason);
    void discard(connection);
    if (isRunning) failed(reason);
  };

  const setUp = async (connection: ChannelModel): Promise<void> => {
    let deadline: TimerHandle;
    const tooLate = new Promise<never>((_, reject) => {
      const message = `nothing could be declared within ${settings.connectTimeoutMs} ms`;
      deadline = clock.setTimer(() => reject(new Error(message)), settings.connectTimeoutMs);
    });
    try {
      await Promise.race([listener.up(connection), tooLate]);
    } finally {
      clock.clearTimer(deadline);
    }
  };

  const connect = async (): Promise<void> => {
    if (!isRunning || library === undefined) return;
    let connection: ChannelModel;
    try {
      const options = { ...settings.tls, timeout: settings.connectTimeoutMs, noDelay: true };
      connection = await library.connect({ ...address.connect, heartbeat: settings.heartbeatSeconds }, options);
    } catch (error) {
      return failed(asError(error));
    }
    if (!isRunning) return discard(connection);
    current = connection;
    let cause = new Error('the connection was closed');
    connection.on('error', (error) => (cause = error));
    connection.on('close', () => lost(connection, cause));
    connection.on('blocked', () => current === connection && listener.blocked(true));
    connection.on('unblocked', () => current === connection && listener.blocked(false));
    try {
      await setUp(connection);
    } catch (error) {
      return lost(connection, asError(error));
    }
    if (current !== connection) return;
    upSince = clock.now();
    if (reported !== '') listener.report('info', `${address.label}: connected again`);
    reported = '';
  };

  const attempt = (): void => {
    attempting = connect();
  };

  /** A broker that hangs does not answer the good-bye. */
  const discard = async (connection: ChannelModel): Promise<void> => {
    connection.on('error', () => {});
    let limit: TimerHandle;
    const tooLong = new Promise<void>((resolve) => (limit = clock.setTimer(resolve, CLOSE_TIMEOUT_MS)));
    await Promise.race([connection.close().catch(() => {}), tooLong]);
    clock.clearTimer(limit);
    // It has no way of its own to leave a peer that is silent.
    socketOf(connection)?.destroy();
  };

  return {
    async start() {
      library ??= await loadLibrary('RabbitMQ', 'amqplib', async () => (await import('amqplib')).default);
      if (isRunning) return;
      isRunning = true;
      if (address.isExposed)
        listener.report(
          'warn',
          `${address.label} is reached without TLS: events and the password can be read on the way`,
        );
      attempt();
    },
    reset: lost,
    async stop() {
      isRunning = false;
      clock.clearTimer(retryTimer);
      const connection = current;
      current = undefined;
      if (connection !== undefined) {
        listener.down(new Error('the connection was closed by us'));
        await discard(connection);
      }
      await attempting;
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** The socket, of which amqplib itself does not let go. */
function socketOf(connection: ChannelModel): Socket | undefined {
  const socket: unknown = Reflect.get(connection.connection, 'stream');
  return socket instanceof Socket ? socket : undefined;
}

/** What can be done about what the broker said. */
function remedyOf(reason: string): string {
  if (/ACCESS[-_]REFUSED.*Login|Login was refused/i.test(reason)) return ' (check user and password in the url)';
  if (/PRECONDITION[-_]FAILED.*inequivalent/i.test(reason))
    return ' (it exists with other properties: delete it, or set the options to what it has)';
  if (/no reply will be forthcoming|within \d+ ms$/.test(reason))
    return ' (if this goes on, a queue is damaged: delete it with rabbitmqctl delete_queue, and it is made anew)';
  return '';
}
