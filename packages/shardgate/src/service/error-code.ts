/** The system's name for what went wrong (`EADDRINUSE`, `EACCES` …); undefined for an error that has none. */
export function errorCode(error: unknown): string | undefined {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : undefined;
}
