import { ACTION_TIMEOUT_MS } from './defaults.ts';
import { RefusedRequest } from './refusal.ts';

/** Waits for an action, but not for ever. It goes on by itself afterwards. */
export async function inTime<T>(action: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const message = 'it could not be asked for in time; the log will tell whether it is done';
    timer = setTimeout(() => reject(new RefusedRequest({ status: 504, error: 'timeout', message })), ACTION_TIMEOUT_MS);
  });
  try {
    return await Promise.race([action, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
