import { request } from 'undici';

/** Where the admin API of a running service is. */
export interface AdminAddress {
  readonly url: string;
  readonly key: string | undefined;
}

/** The service is well, and does not do it now: its message says why. */
export class RefusedByService extends Error {}

/** More than an action may take. */
const TIMEOUT_MS = 12_000;

/** The address from options, else from the variables that the service itself reads. */
export function adminAddress({ url, key }: { readonly url?: string; readonly key?: string }): AdminAddress {
  const { SHARDGATE_ADMIN_HOST: host, SHARDGATE_ADMIN_PORT: port, SHARDGATE_ADMIN_SECRET_KEY: secretKey } = process.env;
  return { url: url ?? `http://${host ?? '127.0.0.1'}:${port ?? '7901'}`, key: key ?? secretKey };
}

/** @throws {Error} with one line: nobody answers, or the answer is no */
export async function callAdmin(
  { url, key }: AdminAddress,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await request(new URL(path, url), {
    method,
    headers: {
      'X-Shardgate': '1',
      ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  }).catch((error: unknown) => {
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(`no service answers at ${url} (${cause}); start one, or name it with --url`, { cause: error });
  });
  const text = await response.body.text();
  const answer: unknown = text === '' ? undefined : JSON.parse(text);
  if (response.statusCode < 400 || path === '/readyz') return answer;
  if (response.statusCode === 401)
    throw new Error(`the service at ${url} wants its key: set SHARDGATE_ADMIN_SECRET_KEY or give --key`);
  const { message = `the service at ${url} answered with HTTP ${response.statusCode}` } = (answer ?? {}) as {
    message?: string;
  };
  throw response.statusCode === 409 ? new RefusedByService(message) : new Error(message);
}
