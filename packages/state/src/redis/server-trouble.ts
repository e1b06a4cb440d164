import { refusalIn } from './redis-connection.ts';

const WORDS: Readonly<Record<string, string>> = {
  WRONGPASS: 'refuses the user name or password',
  NOAUTH: 'asks for a password, and none was given',
  NOPERM: 'does not allow this user a command or key that is needed',
  OOM: 'has used up its memory (maxmemory)',
  LOADING: 'is still reading its data from disk',
  READONLY: 'is a replica, which cannot be written',
  MISCONF: 'cannot write to its disk and takes nothing therefore',
  MASTERDOWN: 'is a replica whose master is down',
  NOREPLICAS: 'has fewer replicas than it wants (min-replicas-to-write)',
  BUSY: 'is busy with a script',
};

/** What is wrong, in words that hold nothing secret. */
export function troubleIn(error: unknown): string {
  const refusal = refusalIn(error);
  if (refusal === undefined) return `cannot be reached: ${reasonOf(error)}`;
  if (/invalid password|without any password/i.test(refusal.message)) return 'refuses the user name or password';
  if (refusal.message.includes('non local key')) return 'is part of a cluster, which cannot hold this layout';
  return WORDS[refusal.code] ?? `refuses: ${refusal.message}`;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  const code: unknown = Reflect.get(error, 'code');
  return error.message === '' && typeof code === 'string' ? code : error.message;
}
