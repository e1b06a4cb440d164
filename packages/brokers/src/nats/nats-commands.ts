import { CommandError } from '@shardgate/delivery';
import type { Msg } from '@nats-io/transport-node';
import { commandFailure } from '../command-reply.ts';
import { readCommandsOptions, type NatsCommandsOptions } from './commands-options.ts';
import { createNatsLink, type NatsLink } from './nats-link.ts';

/** Takes commands from NATS. */
export interface NatsCommands {
  /** Begins to connect. Once, unless it was stopped meanwhile. */
  start(): void;
  /** Takes no more commands; answers still to come are not sent. May be called again. */
  stop(): Promise<void>;
  /** For metrics. */
  status(): NatsCommandsStatus;
}

export interface NatsCommandsStatus {
  /** Commands that are being carried out. */
  readonly underWay: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** With this header of a request, parts of an answer come before it, as `{"chunk":…}`. */
const CHUNKS = 'Shardgate-Chunks';

/**
 * Creates a source of commands that answers NATS requests whose body is one of Shardgate's commands, `{"type":"voiceState","guildId":…}`, with
 * `{"ok":true,"result":…}` or `{"ok":false,"error":{"code","message"}}`. A member request sends its chunks ahead when the request has the header
 * `Shardgate-Chunks: 1`.
 *
 * Without `queueGroup` every process of a fleet gets every command and the one with the shard answers: for others' shards the rest keep still.
 * A command is carried out at most once: while no process is connected the request fails with NATS' own "no responders".
 *
 * @throws {TypeError | RangeError} an option is unknown, wrong or missing; addresses are never shown
 */
export function createNatsCommands(options: NatsCommandsOptions): NatsCommands {
  const settings = readCommandsOptions(options);
  const { target, intake, subject, queueGroup, clientName, maxUnderWay, maxBytes } = settings;
  const client = { name: clientName, id: clientName };
  const counts = { underWay: 0, succeeded: 0, failed: 0 };
  let link: NatsLink | undefined;

  async function carryOut(message: Msg): Promise<void> {
    if (counts.underWay >= maxUnderWay) {
      counts.failed++;
      const error = commandFailure(new CommandError('queueFull', `${maxUnderWay} commands are under way already`));
      return respond(message, { ok: false, error });
    }
    counts.underWay++;
    try {
      const wantsChunks = message.headers?.has(CHUNKS) === true;
      const onChunk = (chunk: unknown): void => {
        if (wantsChunks) respond(message, { chunk });
      };
      const result = await intake.execute(client, read(message), onChunk);
      counts.succeeded++;
      respond(message, { ok: true, result });
    } catch (error) {
      counts.failed++;
      // Another process has the shard, and answers.
      const isOthers = error instanceof CommandError && error.code === 'foreignShard' && queueGroup === undefined;
      if (!isOthers) respond(message, { ok: false, error: commandFailure(error) });
    } finally {
      counts.underWay--;
    }
  }

  function read(message: Msg): unknown {
    const { length } = message.data;
    if (length > maxBytes)
      throw new CommandError('tooLarge', `the message has ${length} bytes, of ${maxBytes} at most`);
    try {
      return message.json();
    } catch {
      throw new CommandError('invalid', 'the message is not JSON');
    }
  }

  /** An answer that cannot be sent is gone: whoever waits for it has a time limit of its own. */
  function respond(message: Msg, reply: object): void {
    try {
      message.respond(JSON.stringify(reply));
    } catch (error) {
      settings.report(
        'warn',
        `an answer to a command could not be sent: ${error instanceof Error ? error.message : 'unknown'}`,
      );
    }
  }

  return {
    start: () => {
      if (link !== undefined) throw new Error('the commands are started already');
      link = createNatsLink({
        target,
        report: settings.report,
        onReady: () => {},
        greet: async (connection) => {
          connection.subscribe(subject, {
            ...(queueGroup === undefined ? {} : { queue: queueGroup }),
            callback: (error, message) => {
              if (error === null) void carryOut(message);
              else link?.begin(error, true);
            },
          });
          // Once it comes back the server has the subscription.
          await connection.flush();
        },
      });
      link.start();
    },
    stop: async () => {
      await link?.stop();
      link = undefined;
    },
    status: () => ({ ...counts }),
  };
}
