import { connect } from 'node:net';
import { systemClock } from '@shardgate/gateway';
import { onTestFinished } from 'vitest';
import type { CommandIntake } from '../src/commands/command-intake.ts';
import { createCommandServer } from '../src/commands/http/command-server.ts';
import type { CommandServer, CommandServerOptions } from '../src/commands/http/command-server.ts';

/** The key of every server here. */
export const KEY = 'planted-key-nobody-may-see';

export interface Seen {
  readonly client: unknown;
  readonly command: unknown;
}

/** A server in front of an intake that notes what it is given and does what `run` says. */
export async function start(
  run: (command: Record<string, unknown>, onChunk: (payload: unknown) => void) => unknown = () => ({}),
  options: Partial<CommandServerOptions> = {},
): Promise<{ url: string; port: number; seen: Seen[]; server: CommandServer }> {
  const seen: Seen[] = [];
  const intake: Pick<CommandIntake, 'execute'> = {
    async execute(client, command, onChunk = () => {}) {
      seen.push({ client, command });
      return run(command as Record<string, unknown>, onChunk);
    },
  };
  const server = createCommandServer({ intake, clock: systemClock, port: 0, secretKey: KEY, ...options });
  onTestFinished(() => server.stop());
  return { ...(await server.start()), seen, server };
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: KEY, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text), headers: response.headers };
}

/** Sends bytes as they are and gives all that comes until the connection is closed. */
export function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (part: Buffer) => (answer += part.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

export const head = (headers: Record<string, string>, path = '/commands'): string =>
  `POST ${path} HTTP/1.1\r\n${Object.entries({ host: '127.0.0.1', connection: 'close', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
