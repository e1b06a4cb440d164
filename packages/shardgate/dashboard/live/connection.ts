import { ask, readHistory, readIncidents, Refused } from './api.ts';
import { createEventStreamReader, type StreamEvent } from './event-stream.ts';
import { keepKey, keptKey } from './secret-key.ts';
import { type Link, type Snapshot, withIncident, withPast, withSnapshot } from './state.ts';
import { update } from './store.ts';
import type { Incident } from '../../src/service/service-view.ts';

/** A snapshot comes each second: after this long without a byte the connection is dead, whatever the browser thinks. */
const SILENCE_MS = 8_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;

let tryNow: () => void = () => undefined;

/** Ends the wait before the next try. */
export const retryNow = (): void => tryNow();

/** The key to try from now on. */
export function unlock(key: string): void {
  keepKey(key);
  retryNow();
}

/** Follows the service as long as the page is open. */
export async function follow(): Promise<never> {
  let failures = 0;
  while (true) {
    const link = await followOnce(() => (failures = 0));
    if (link.kind === 'locked') {
      await shown(link);
    } else {
      failures += 1;
      const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
      const waitMs = most * (0.5 + Math.random() / 2);
      await shown({ kind: 'lost', why: link.why, retryAt: Date.now() + waitMs }, waitMs);
    }
    update((state) => ({ ...state, link: { kind: 'connecting' } }));
  }
}

/** Says how it stands and waits: for the time, or for {@link retryNow}. */
async function shown(link: Link, waitMs?: number): Promise<void> {
  update((state) => ({ ...state, link }));
  await new Promise<void>((resolve) => {
    tryNow = resolve;
    if (waitMs !== undefined) setTimeout(resolve, waitMs);
  });
}

type Ended = { readonly kind: 'lost'; readonly why: string } | Extract<Link, { kind: 'locked' }>;

async function followOnce(gotThrough: () => void): Promise<Ended> {
  const silence = createSilenceWatch();
  try {
    const response = await ask('api/events', { signal: silence.signal, headers: { Accept: 'text/event-stream' } });
    if (!response.body) return { kind: 'lost', why: 'the answer had no body' };
    // What was missed while there was no connection.
    void Promise.all([readHistory(), readIncidents()]).then(
      ([history, incidents]) => update((state) => withPast(state, history, incidents)),
      () => undefined,
    );
    const eventsIn = createEventStreamReader();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    while (true) {
      const { done, value } = await reader.read();
      if (done) return { kind: 'lost', why: 'the service ended the connection' };
      silence.heard();
      for (const event of eventsIn(value)) {
        gotThrough();
        take(event);
      }
    }
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return { kind: 'locked', wrong: keptKey() !== '' };
    if (silence.signal.aborted) return { kind: 'lost', why: 'nothing came for a while' };
    return { kind: 'lost', why: error instanceof Refused ? error.message : 'the service cannot be reached' };
  } finally {
    silence.end();
  }
}

function take({ event, data }: StreamEvent): void {
  if (event === 'snapshot') {
    const snapshot = JSON.parse(data) as Snapshot;
    update((state) => ({
      ...withSnapshot(state, snapshot),
      link: state.link.kind === 'live' ? state.link : { kind: 'live' },
    }));
  } else if (event === 'incident') {
    const incident = JSON.parse(data) as Incident;
    update((state) => withIncident(state, incident));
  }
}

/** Aborts its signal when nothing was heard for too long. */
function createSilenceWatch() {
  const controller = new AbortController();
  const start = () => setTimeout(() => controller.abort(), SILENCE_MS);
  let timer = start();
  return {
    signal: controller.signal,
    heard: () => {
      clearTimeout(timer);
      timer = start();
    },
    end: () => {
      clearTimeout(timer);
      controller.abort();
    },
  };
}
