import type { ReshardCheck } from '../../src/service/reshard-view.ts';
import type { HistoryPoint, Incident, ShardDetail } from '../../src/service/service-view.ts';
import { keptKey } from './secret-key.ts';

/** The service said no; `message` is fit to be shown. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Asks the service, with the key where one is kept. @throws {Refused} for any answer but 2xx */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const key = keptKey();
  if (key) headers.set('Authorization', `Bearer ${key}`);
  const response = await fetch(path, { ...init, headers, cache: 'no-store' });
  if (!response.ok) throw new Refused(response.status, await reasonOf(response));
  return response;
}

async function reasonOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body === 'object' && body !== null) {
    if ('message' in body && typeof body.message === 'string') return body.message;
    if ('error' in body && typeof body.error === 'string') return body.error;
  }
  return `the service answered ${response.status} ${response.statusText}`.trim();
}

/** No answer within this time counts as none. */
const ANSWER_WITHIN_MS = 10_000;

async function read<T>(path: string): Promise<T> {
  const response = await ask(path, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  return (await response.json()) as T;
}

export const readHistory = (): Promise<readonly HistoryPoint[]> => read('api/history');
export const readIncidents = (): Promise<readonly Incident[]> => read('api/incidents');
export const readShard = (id: number): Promise<ShardDetail> => read(`api/shards/${id}`);

/** Of so many shards, or of as many as are recommended. */
export const readReshardNeed = (count?: number): Promise<ReshardCheck> =>
  read(`api/reshard/need${count === undefined ? '' : `?count=${count}`}`);

async function act(method: 'POST' | 'PUT' | 'DELETE', path: string, body: object = {}): Promise<void> {
  await ask(path, {
    method,
    // A form of another site cannot send this header: the service takes no action without it.
    headers: { 'Content-Type': 'application/json', 'X-Shardgate': '1' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
}

export const reconnectShard = (id: number): Promise<void> => act('POST', `api/shards/${id}/reconnect`);
export const reidentifyShard = (id: number): Promise<void> =>
  act('POST', `api/shards/${id}/reidentify`, { confirm: true });
export const startReshard = (count: number): Promise<void> => act('POST', 'api/reshard', { confirm: true, count });
export const cancelReshard = (): Promise<void> => act('DELETE', 'api/reshard');
export const setLogLevel = (level: string): Promise<void> => act('PUT', 'api/log-level', { level });
export const pauseSink = (name: string): Promise<void> => act('POST', `api/sinks/${encodeURIComponent(name)}/pause`);
export const resumeSink = (name: string): Promise<void> => act('POST', `api/sinks/${encodeURIComponent(name)}/resume`);
