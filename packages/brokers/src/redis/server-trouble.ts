import type { Trouble } from '../trouble-log.ts';
import { refusalIn } from './redis-connection.ts';

const WORDS: Readonly<Record<string, string>> = {
  WRONGPASS: 'refuses the user name or password',
  NOAUTH: 'asks for a password, and none was given',
  NOPERM: 'does not allow this user a command or key that is needed; see the page on Redis for its ACL',
  OOM: 'has used up its memory (maxmemory)',
  LOADING: 'is still reading its data from disk',
  READONLY: 'is a replica, which takes no events',
  MISCONF: 'cannot write to its disk and takes no events therefore',
  MASTERDOWN: 'is a replica whose master is down',
  CLUSTERDOWN: 'is a cluster that is down',
  NOREPLICAS: 'has fewer replicas than it wants (min-replicas-to-write)',
  BUSY: 'is busy with a script',
  TRYAGAIN: 'is moving its keys',
  WRONGTYPE: 'has a key of another type under one of our names',
};

/** The trouble in an error; undefined for a refusal that concerns the one command only. */
export function troubleIn(error: unknown): Trouble | undefined {
  const refusal = refusalIn(error);
  if (refusal !== undefined) {
    const words = WORDS[refusal.code];
    return words === undefined ? undefined : { kind: refusal.code, words };
  }
  return { kind: 'unreachable', words: `cannot be reached: ${reasonOf(error)}` };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  const code: unknown = Reflect.get(error, 'code');
  if (error instanceof AggregateError && typeof code === 'string') return code;
  return error.message === '' && typeof code === 'string' ? code : error.message;
}
