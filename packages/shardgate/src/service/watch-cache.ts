import type { State } from '@shardgate/state';
import type { Log } from '../log/create-log.ts';
import type { IncidentLog, IncidentReport } from './incident-log.ts';

/** Takes what is told of the cache and is no event of the state. */
export interface CacheTeller {
  /** The information keys in a Redis cannot be written, or are written again. */
  keys(store: string, error: Error | undefined): void;
}

/** Where it is told. */
interface Witnesses {
  readonly incidents: IncidentLog;
  readonly log: Log;
}

type Tell = (level: IncidentReport['level'], kind: string, text: string, store?: string) => void;

function tellerOf({ incidents, log }: Witnesses): Tell {
  return (level, kind, text, store) => {
    incidents.tell({ level, kind, text });
    log[level]({ kind, ...(store === undefined ? {} : { store }) }, text);
  };
}

/** Turns what a state tells of itself into incidents and lines of the log. */
export function watchCache({ events }: State, witnesses: Witnesses): void {
  const tell = tellerOf(witnesses);
  events.on('stale', ({ store, error }) =>
    tell('error', 'storeStale', `store ${store} is behind: ${textOf(error)}; events no longer wait for it`, store),
  );
  events.on('current', ({ store }) => tell('info', 'storeCurrent', `store ${store} has everything again`, store));
  events.on('overflow', ({ store, operations }) =>
    tell(
      'error',
      'storeOverflow',
      `store ${store} was away for too long: ${operations} operations are dropped, and it is rebuilt when it is back`,
      store,
    ),
  );
  events.on('rebuild', ({ store, source }) =>
    tell(
      'warn',
      'storeRebuild',
      source === null
        ? `store ${store} lacks something: it is whole when Discord has sent every guild concerned`
        : `store ${store} is written anew from ${source}`,
      store,
    ),
  );
  events.on('error', ({ where, error }) => tell('error', 'stateError', `${where} failed: ${textOf(error)}`));
}

export function createCacheTeller(witnesses: Witnesses): CacheTeller {
  const tell = tellerOf(witnesses);
  return {
    keys: (store, error) =>
      error === undefined
        ? tell('info', 'gatewayKeys', `the gateway's keys in ${store} are written again`, store)
        : tell('error', 'gatewayKeys', `the gateway's keys in ${store} cannot be written: ${error.message}`, store),
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
