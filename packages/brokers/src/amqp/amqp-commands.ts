import type { ChannelModel, ConfirmChannel, ConsumeMessage } from 'amqplib';
import { CommandError } from '@shardgate/delivery';
import { parseCommandMessage, type CommandMessage } from './command-message.ts';
import { createCommandReplies, type CommandReplies } from './command-replies.ts';
import { MAX_HOPS, STOP_POLL_MS } from './defaults.ts';
import { readCommandsOptions, type AmqpCommandsOptions } from './commands-options.ts';
import { createLink } from './link.ts';
import { createCommandRunner } from './command-runner.ts';
import { createShardSlots } from './shard-slots.ts';

/** Takes commands from RabbitMQ. */
export interface AmqpCommands {
  /** Begins to connect; rejects only when amqplib is not installed. Once, unless it was stopped meanwhile. */
  start(): Promise<void>;
  /** Takes no more commands and waits for those under way; what is not done by then goes back to its queue. May be called again. */
  stop(): Promise<void>;
  /** For metrics. */
  status(): AmqpCommandsStatus;
}

export interface AmqpCommandsStatus {
  readonly connected: boolean;
  /** Commands that are being carried out. */
  readonly underWay: number;
  readonly succeeded: number;
  readonly deadLettered: number;
  /** Passed on to the process that has the shard. */
  readonly forwarded: number;
}

/**
 * Creates a source of commands that reads `{"op":0,"shard":n,"data":<payload>}` from durable queues, as bots of twilight-dispatch send it. Op 0
 * sends to Discord, 1 continues the shard's session on a new connection, 2 gives it a new session (with `reidentify` only), 3 asks for its
 * state.
 *
 * A message is acknowledged when its command has been carried out, so it is carried out again if this process dies before that. What cannot be
 * carried out goes to the dead-letter queue with the headers `x-shardgate-reason` (a `CommandErrorCode`) and `x-shardgate-message`. A message
 * with `reply_to` is answered there, under its `correlation_id`: `{"ok":true,"result":…}` or `{"ok":false,"error":{"code","message"}}`.
 *
 * @throws {TypeError | RangeError} an option is unknown, wrong or missing; the url is never shown
 */
export function createAmqpCommands(options: AmqpCommandsOptions): AmqpCommands {
  const settings = readCommandsOptions(options);
  const { address, queues, deadLetterQueue, clock } = settings;
  const slots = createShardSlots(settings.prefetch);
  let runner = createCommandRunner(settings);
  const counts = { succeeded: 0, deadLettered: 0, forwarded: 0 };
  let replies: CommandReplies | undefined;
  /** Has the broker send no more commands. */
  let cancel: (() => Promise<void>) | undefined;

  const { report } = settings;

  const declare = async (connection: ChannelModel): Promise<ConfirmChannel> => {
    const channel = await connection.createConfirmChannel();
    // Without an error of its own it closes with the connection, which says why.
    channel.on('error', (error) => link.reset(connection, error));
    await channel.assertQueue(deadLetterQueue, { durable: true, maxLength: settings.deadLetterLength });
    for (const queue of queues) await channel.assertQueue(queue, { durable: true });
    // Of each queue's consumer: a limit for the whole channel is on its way out of RabbitMQ.
    await channel.prefetch(Math.max(1, Math.floor(settings.prefetch / queues.length)));
    return channel;
  };

  const link = createLink(settings, {
    async up(connection) {
      const channel = await declare(connection);
      const own = createCommandReplies(channel, deadLetterQueue, () =>
        link.reset(connection, new Error(`the queue ${deadLetterQueue} was deleted`)),
      );
      replies = own;
      const onMessage = (message: ConsumeMessage | null): void => {
        if (message !== null) void take(own, message);
        else link.reset(connection, new Error('a queue of commands was deleted'));
      };
      const tags: string[] = [];
      for (const queue of queues) tags.push((await channel.consume(queue, onMessage)).consumerTag);
      cancel = async () => {
        for (const tag of tags) await channel.cancel(tag);
      };
    },
    down() {
      // The broker gives what was not acknowledged to the next connection.
      replies?.end();
      replies = undefined;
      cancel = undefined;
    },
    blocked: (isBlocked) =>
      report(
        isBlocked ? 'warn' : 'info',
        `${address.label} ${isBlocked ? 'is out of memory or disk: answers wait' : 'takes messages again'}`,
      ),
    report,
  });

  /** Does not reject. */
  const take = async (own: CommandReplies, message: ConsumeMessage): Promise<void> => {
    let command: CommandMessage;
    try {
      command = parseCommandMessage(message.content, settings.maxBytes);
    } catch (error) {
      return refuse(own, message, error);
    }
    const shardId = command.shard ?? -1;
    if (!slots.take(shardId)) {
      const flood = new CommandError(
        'queueFull',
        'too many commands for this shard are under way; send less, or later',
      );
      return refuse(own, message, flood);
    }
    try {
      const result = await runner.run(command);
      counts.succeeded++;
      await own.succeed(message, result);
    } catch (error) {
      if (!(await forwarded(own, message, command, error))) await refuse(own, message, error);
    } finally {
      slots.free(shardId);
    }
  };

  /** Whether another process has the command now. */
  const forwarded = async (
    own: CommandReplies,
    message: ConsumeMessage,
    { shard }: CommandMessage,
    error: unknown,
  ): Promise<boolean> => {
    if (!(error instanceof CommandError) || error.code !== 'foreignShard' || shard === undefined) return false;
    let queue: string | undefined;
    try {
      queue = settings.ownerQueue(shard);
    } catch (thrown) {
      report('error', `ownerQueue threw for shard ${shard}: ${String(thrown)}`);
    }
    // Back to where it came from, or round and round: nobody has the shard.
    if (queue === undefined || queue === message.fields.routingKey || own.hopsOf(message) >= MAX_HOPS) return false;
    if (!(await own.forward(message, queue))) return false;
    counts.forwarded++;
    return true;
  };

  const refuse = async (own: CommandReplies, message: ConsumeMessage, error: unknown): Promise<void> => {
    // We are stopping: the next process takes it.
    if (error instanceof CommandError && error.code === 'closed') return own.giveBack(message);
    counts.deadLettered++;
    await own.deadLetter(message, error);
  };

  return {
    start() {
      runner.stop();
      runner = createCommandRunner(settings);
      return link.start();
    },
    async stop() {
      runner.stop();
      // A broker that does not answer has nothing that could be waited for.
      cancel?.().catch(() => {});
      const end = clock.now() + settings.stopTimeoutMs;
      while (slots.taken > 0 && replies !== undefined && clock.now() < end)
        await new Promise<void>((resolve) => clock.setTimer(resolve, STOP_POLL_MS));
      await link.stop();
    },
    status: () => ({ connected: replies !== undefined, underWay: slots.taken, ...counts }),
  };
}
