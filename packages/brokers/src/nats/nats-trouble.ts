import type { Trouble } from '../trouble-log.ts';

/** A stream's answer that is no acknowledgement. */
export class StreamRefusal extends Error {
  override readonly name = 'StreamRefusal';
  /** JetStream's own number; see {@link WRONG_LAST_SEQUENCE}. */
  readonly code: number;

  constructor(code: number, description: string) {
    super(description);
    this.code = code;
  }
}

/** The stream's last message is another than the publisher thought. Its number in JetStream's errors.json. */
export const WRONG_LAST_SEQUENCE = 10_071;
/** Nothing is known to be wrong, but the stream is to be looked at again before more is sent. Not a number of JetStream's. */
export const LOOK_AGAIN = -1;
/** There is no such stream. */
export const STREAM_NOT_FOUND = 10_059;

/** The trouble in an error of the client or the server. */
export function natsTrouble(error: unknown): Trouble {
  if (!(error instanceof Error)) return { kind: 'unknown', words: 'failed for an unknown reason' };
  const names = namesOf(error);
  const text = error.message;
  if (names.has('AuthorizationError') || /authorization violation/i.test(text))
    return { kind: 'credentials', words: 'refuses the credentials' };
  if (names.has('UserAuthenticationExpiredError'))
    return { kind: 'credentials', words: 'says the credentials are expired' };
  if (names.has('PermissionViolationError'))
    return { kind: 'permission', words: 'does not allow this user a subject that is needed' };
  if (/maximum (bytes|messages|messages per subject) exceeded/i.test(text))
    return { kind: 'full', words: `has a full stream (${text})` };
  if (/insufficient|resource limits|no suitable peers/i.test(text))
    return { kind: 'resources', words: `has no room for the stream (${text})` };
  if (names.has('JetStreamNotEnabled') || names.has('NoRespondersError') || /no responders|not enabled/i.test(text))
    return { kind: 'noResponders', words: 'has no JetStream that answers, or no stream for our subjects' };
  if (error instanceof StreamRefusal) return { kind: String(error.code), words: `refuses: ${text}` };
  return { kind: 'unreachable', words: `cannot be reached: ${text}` };
}

/** Names of an error and of what caused it. */
function namesOf(error: Error): ReadonlySet<string> {
  const names = new Set<string>();
  for (let one: unknown = error, depth = 0; one instanceof Error && depth < 4; one = one.cause, depth++)
    names.add(one.name);
  return names;
}
