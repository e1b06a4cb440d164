import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createVirtualClock, type VirtualClock } from '@shardgate/simulator';
import { onTestFinished } from 'vitest';
import { createStatusMessages } from '../src/status-messages/create-status-messages.ts';
import type { StatusEmbed } from '../src/status-messages/embeds.ts';
import type { StatusMessages, StatusMessagesOptions } from '../src/status-messages/status-messages.ts';

export const WEBHOOK_TOKEN = 'planted-webhook-token_nobody-may-see';

/** What was posted, as the server saw it. */
export interface Posted {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly embeds: readonly StatusEmbed[];
    readonly allowed_mentions: unknown;
    readonly nonce?: string;
  };
}

/** How the server answers; undefined: with the message, as Discord does for `wait=true`. */
export type Answer = (response: ServerResponse, index: number) => boolean;

/** A real HTTP server in the place of Discord, and status messages in virtual time that post to it. */
export interface StatusBed {
  readonly clock: VirtualClock;
  readonly posted: Posted[];
  readonly problems: string[];
  /** Delays of all timers set so far, milliseconds. */
  readonly delays: number[];
  readonly url: string;
  readonly webhookUrl: string;
  create(options?: Partial<StatusMessagesOptions>): StatusMessages;
  /** Moves virtual time on in small steps, with real time between them, until so many posts came. */
  untilPosted(count: number, stepMs?: number): Promise<void>;
  /** Waits, in real time, until a condition holds. */
  until(what: string, holds: () => boolean): Promise<void>;
}

/** Starts the server; it ends with the test. `answer` returns false for "answer as usual". */
export async function statusBed(answer: Answer = () => false): Promise<StatusBed> {
  const clock = createVirtualClock();
  const posted: Posted[] = [];
  const problems: string[] = [];
  const delays: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Posted['body'];
      posted.push({ url: request.url ?? '', headers: request.headers, body });
      if (!answer(response, posted.length - 1)) answerJson(response, 200, { id: '1' });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const made: StatusMessages[] = [];
  onTestFinished(async () => {
    const closing = Promise.all(made.map((status) => status.close(0)));
    await clock.advanceAsync(1);
    await closing;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const webhookUrl = `${url}/api/webhooks/613425648685547541/${WEBHOOK_TOKEN}`;

  const until = async (what: string, holds: () => boolean): Promise<void> => {
    const end = performance.now() + 10_000;
    while (!holds()) {
      if (performance.now() > end) throw new Error(`did not happen within 10 s: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };

  return {
    clock,
    posted,
    problems,
    delays,
    url,
    webhookUrl,
    create(options = {}) {
      const watched = {
        ...clock,
        setTimer: (callback: () => void, delayMs: number) => {
          delays.push(delayMs);
          return clock.setTimer(callback, delayMs);
        },
      };
      const status = createStatusMessages({
        target: { webhookUrl },
        onProblem: (text) => problems.push(text),
        clock: watched,
        random: () => 0.5,
        ...options,
      });
      made.push(status);
      return status;
    },
    async untilPosted(count, stepMs = 250) {
      await until(`${count} posts`, () => {
        if (posted.length < count) clock.advance(stepMs);
        return posted.length >= count;
      });
    },
    until,
  };
}

/** Answers with JSON. */
export function answerJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): true {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  return true;
}

/** Titles of the embeds of one post. */
export function titles(post: Posted | undefined): string[] {
  return post?.body.embeds.map(({ title }) => title) ?? [];
}
