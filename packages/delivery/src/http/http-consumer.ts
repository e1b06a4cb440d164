import { Pool } from 'undici';
import type { SinkDoor } from '../sink.ts';
import type { HttpSinkSettings } from './http-sink-options.ts';
import { post } from './post.ts';
import type { Reply } from './post.ts';
import { failureOf, isWrongKey } from './reply-verdict.ts';
import { signatureHeaders } from './signature.ts';

/** One address and its connections. */
export interface HttpConsumer {
  /** Posts a body. Resolves with a 2xx answer, rejects with what the sink is to reject with. */
  send(headers: Readonly<Record<string, string>>, body: Buffer, signal: AbortSignal): Promise<Reply>;
  /** Ends all connections; requests under way reject. */
  close(): Promise<void>;
}

/** Creates the connections' pool; the first connection is opened by the first request. */
export function createHttpConsumer(url: URL, settings: HttpSinkSettings, door: SinkDoor): HttpConsumer {
  const { secretKey, signingKey, clock, timeoutMs, maxReplyBytes } = settings;
  const pool = new Pool(url.origin, {
    connections: settings.connections,
    connect: { ...settings.tls, minVersion: 'TLSv1.2', rejectUnauthorized: true },
  });
  const path = `${url.pathname}${url.search}`;
  // Path and query may hold a secret.
  const where = `POST ${url.origin}${path === '/' ? '/' : '/…'}`;
  const secrets = [secretKey, signingKey, path].filter((one) => one !== undefined && one !== '/') as string[];
  const fixed = {
    'content-type': settings.format === 'event' ? 'application/json' : 'application/x-ndjson',
    ...(secretKey === undefined ? {} : { authorization: secretKey }),
  };
  let keyAccepted = true;

  return {
    send: async (own, body, signal) => {
      const signature = signingKey === undefined ? {} : signatureHeaders(signingKey, body, clock.wallTime());
      const headers = { ...fixed, ...own, ...signature };
      const reply = await post({
        dispatcher: pool,
        path,
        headers,
        body,
        timeoutMs,
        maxReplyBytes,
        clock,
        signal,
      }).catch((error: unknown) => {
        throw new Error(`${where}: ${reasonOf(error)}`, { cause: error });
      });
      const failure = failureOf(reply, where, clock, secrets);
      if (keyAccepted && isWrongKey(reply.status))
        door.report(
          'error',
          `${where} answered ${reply.status}: it does not accept the secret key; nothing is delivered`,
        );
      keyAccepted = !isWrongKey(reply.status);
      if (failure !== undefined) throw failure;
      return reply;
    },
    close: () => pool.destroy(new Error('the sink was closed')),
  };
}

/** `ECONNREFUSED` and the like beside the words, since the words alone may be empty. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : error.name;
  return error.message.includes(code) || (error.name === 'Error' && !('code' in error))
    ? error.message
    : `${error.message} (${code})`;
}
