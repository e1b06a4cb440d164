import type { CommandClient } from '../commands/command.ts';
import type { CommandPort } from './command-port.ts';
import { replyError } from './command-port.ts';

export interface SessionCommandsOptions {
  readonly client: CommandClient;
  readonly port: CommandPort | undefined;
  /** Most commands that wait for their answer. */
  readonly limit: number;
  /** False when the client is gone. */
  send(message: object): boolean;
  /** A command was answered. */
  onAnswered(): void;
}

/** The commands of one client. */
export interface SessionCommands {
  /** Answers in any case, sooner or later, with exactly one `reply`. */
  execute(id: string, command: unknown): void;
  /** Commands without an answer. */
  readonly pending: number;
}

export function createSessionCommands(options: SessionCommandsOptions): SessionCommands {
  const { client, port, limit, send, onAnswered } = options;
  const pending = new Set<string>();

  const refuse = (id: string, code: string, message: string): void => {
    send({ op: 'reply', id, ok: false, error: { code, message } });
  };

  const run = async (commands: CommandPort, id: string, command: unknown): Promise<void> => {
    let isAnswered = false;
    // A chunk after the reply would be taken for another command's once the client uses the id again.
    const onChunk = (payload: unknown): void => {
      if (!isAnswered && !send({ op: 'chunk', id, payload })) throw new Error('the client is gone');
    };
    try {
      const result = await commands.execute(client, command, onChunk);
      isAnswered = true;
      send({ op: 'reply', id, ok: true, ...(result === undefined ? {} : { result }) });
    } catch (error) {
      // Also when the result cannot be written as JSON.
      isAnswered = true;
      send({ op: 'reply', id, ok: false, error: replyError(error) });
    } finally {
      pending.delete(id);
    }
    onAnswered();
  };

  return {
    get pending() {
      return pending.size;
    },
    execute(id, command) {
      if (port === undefined) return refuse(id, 'noCommands', 'this sink takes no commands');
      if (pending.has(id)) return refuse(id, 'duplicateId', 'a command with this id is under way');
      if (pending.size >= limit) return refuse(id, 'queueFull', `${limit} commands are under way already`);
      pending.add(id);
      void run(port, id, command);
    },
  };
}
