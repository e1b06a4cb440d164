import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createEventReceiver } from '../src/receiver/create-event-receiver.ts';
import type { EventReceiver } from '../src/receiver/create-event-receiver.ts';
import type { EventReceiverOptions } from '../src/receiver/receiver-options.ts';

export const KEY = 'event-handler-key';

/** What a test sends. */
export interface Sending {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** Sends a request to a receiver, and gives what it answered. */
export type Send = (sending: Sending) => Promise<{ status: number; body: string; headers: Headers }>;

/** A receiver and a way to it. */
export interface Bed {
  readonly receiver: EventReceiver;
  readonly send: Send;
}

/** The same suite runs over a real `node:http` server and over web-standard requests. */
export const ways: Readonly<Record<'handle' | 'fetch', (options?: EventReceiverOptions) => Promise<Bed>>> = {
  handle: async (options = { secretKey: KEY }) => {
    const receiver = createEventReceiver(options);
    const url = await serve(receiver);
    return { receiver, send: async (sending) => readAnswer(await fetch(url, init(sending))) };
  },
  fetch: async (options = { secretKey: KEY }) => {
    const receiver = createEventReceiver(options);
    const send: Send = async (sending) =>
      readAnswer(await receiver.fetch(new Request('http://bot.example/', init(sending))));
    return { receiver, send };
  },
};

/** Starts a server that is nothing but the receiver. */
export async function serve(receiver: Pick<EventReceiver, 'handle'>): Promise<string> {
  // As the documentation shows it: `handle` taken off its object.
  const { handle } = receiver;
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The body of one event in the tutorial's form. */
export function eventBody(seq: number, shardId = 0): string {
  return JSON.stringify({ shardId, data: payloadOf(seq) });
}

export function payloadOf(seq: number): { t: string; s: number; op: number; d: { id: string; content: string } } {
  return { t: 'MESSAGE_CREATE', s: seq, op: 0, d: { id: String(900 + seq), content: `text ${seq} 🎉` } };
}

/** One line of a batch. */
export function line(seq: number, more: Record<string, unknown> = {}): string {
  const id = `1/4:abc:${seq}`;
  const facts = { id, shardId: 1, shardCount: 4, sessionId: 'abc', seq, offset: seq, receivedAt: 1_000 + seq };
  return `${JSON.stringify({ ...facts, ...more, data: payloadOf(seq) })}\n`;
}

export const asBatch = { authorization: KEY, 'content-type': 'application/x-ndjson' };

function init({ method = 'POST', headers = { authorization: KEY }, body }: Sending): RequestInit {
  return { method, headers, ...(body === undefined ? {} : { body: body as string }) };
}

async function readAnswer(response: Response): Promise<{ status: number; body: string; headers: Headers }> {
  return { status: response.status, body: await response.text(), headers: response.headers };
}

/** Waits until a condition holds; fails after a deadline. */
export async function until(what: string, holds: () => boolean, deadlineMs = 10_000): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
