/** A command with its name in front. */
export type RedisCommand = readonly string[];

/** The narrow side of a client library: one connection that is never made anew by itself. */
export interface RedisConnection {
  /** Sends the commands together, in order. Resolves with one reply each, a {@link RedisRefusal} where the server refused; rejects when the connection breaks. */
  run(commands: readonly RedisCommand[]): Promise<readonly unknown[]>;
  /** Ends it at once; what is under way rejects. May be called again. */
  close(): void;
}

/** Makes a connection; `onLost` is called when it breaks later on. */
export type DialRedis = (onLost: (error: Error) => void) => Promise<RedisConnection>;

/** What the server answered instead of doing it. */
export class RedisRefusal extends Error {
  override readonly name = 'RedisRefusal';
  /** First word of the answer: `OOM`, `WRONGTYPE`, `ERR`. */
  readonly code: string;

  constructor(message: string) {
    super(message);
    this.code = /^[A-Z]+/.exec(message)?.[0] ?? 'ERR';
  }
}

/** A refusal, where an error of a client library is one. Libraries name the class differently; the protocol's upper-case word is common to all. */
export function refusalIn(error: unknown): RedisRefusal | undefined {
  if (error instanceof RedisRefusal) return error;
  if (!(error instanceof Error) || Reflect.get(error, 'syscall') !== undefined) return undefined;
  return /^[A-Z]{2,}( |$)/.test(error.message) ? new RedisRefusal(error.message) : undefined;
}

/** A reply, with a refusal in place of the library's error. @throws what is no refusal */
export function settledReply(result: PromiseSettledResult<unknown>): unknown {
  if (result.status === 'fulfilled') return refusalIn(result.value) ?? result.value;
  const refusal = refusalIn(result.reason);
  if (refusal !== undefined) return refusal;
  throw result.reason;
}
