/** By SQLSTATE. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const WORDS: Readonly<Record<string, string>> = {
  '28000': 'does not let this user in (pg_hba.conf)',
  '28P01': 'refuses the user name or password',
  '3D000': 'has no such database; create it',
  '42P01': 'lacks a table that was there',
  '42883': 'lacks a function that was there',
  '3F000': 'lacks the schema that was there',
  '42501': 'does not allow this user what is needed; it has to own the schema, or to be granted CREATE on it',
  '53100': 'has no room left on its disk',
  '53300': 'has as many connections as it may have (max_connections)',
  '57P01': 'ended the connection',
  '57P03': 'is starting up or shutting down',
  '57014': 'gave a statement up that took longer than statementTimeoutMs',
  '25006': 'is a standby, which cannot be written',
};

/** What is wrong, in words that hold nothing secret: passwords stand in no message of PostgreSQL's or Node's. */
export function troubleIn(error: unknown): string {
  const state = stateOf(error);
  if (state !== undefined) return WORDS[state] ?? `answers: ${messageOf(error)} (${state})`;
  if (messageOf(error).includes('password must be a string')) return 'asks for a password, and none was given';
  return `cannot be reached: ${messageOf(error)}`;
}

/** Whether what was to be written is at fault and not the server: the same again would fail again. */
export function isDataError(error: unknown): boolean {
  const origin = error instanceof Error && error.cause !== undefined ? error.cause : error;
  // Data exceptions, violated constraints, and limits of PostgreSQL (an object nested too deeply, a text too long).
  return /^(?:22|23|54)/.test(stateOf(origin) ?? '');
}

/** Whether a table, a function or the schema is not there. */
export function lacksTables(error: unknown): boolean {
  return ['42P01', '42883', '3F000'].includes(stateOf(error) ?? '');
}

/** The SQLSTATE of an error of the server's. */
function stateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('severity' in error)) return undefined;
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : undefined;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  const code: unknown = Reflect.get(error, 'code');
  return error.message === '' && typeof code === 'string' ? code : error.message;
}
