/** A command's part: Redis takes any bytes. */
export type RedisArgument = string | Buffer;
/** A command with its name in front. */
export type RedisCommand = readonly RedisArgument[];

/** The narrow side of a client library: one connection that is never made anew by itself. */
export interface RedisConnection {
  /** Whether keys of one transaction may be any: not so in a cluster. */
  readonly anyKeys: boolean;
  /** Sends the commands together, in order. Resolves with one reply each, a {@link RedisRefusal} where the server refused; rejects when the connection breaks. */
  run(commands: readonly RedisCommand[]): Promise<readonly unknown[]>;
  /** As `run`, with nothing of others in between, and nothing done at all when the server refuses to take one of them: then it rejects with that refusal. */
  transact(commands: readonly RedisCommand[]): Promise<readonly unknown[]>;
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

/** The first refusal among replies. */
export function firstRefusal(
  replies: readonly unknown[],
  counts: (refusal: RedisRefusal) => boolean = () => true,
): RedisRefusal | undefined {
  return replies.find((reply): reply is RedisRefusal => reply instanceof RedisRefusal && counts(reply));
}

/** A reply, with a refusal in place of the library's error. @throws what is no refusal */
export function settledReply(result: PromiseSettledResult<unknown>): unknown {
  if (result.status === 'fulfilled') return refusalIn(result.value) ?? result.value;
  const refusal = refusalIn(result.reason);
  if (refusal !== undefined) return refusal;
  throw result.reason;
}

/** The replies inside an EXEC's reply. @throws {RedisRefusal} when nothing was done */
export function transactionReplies(exec: unknown, queued: readonly unknown[]): readonly unknown[] {
  if (Array.isArray(exec)) return exec.map((reply) => refusalIn(reply) ?? reply);
  const refused = firstRefusal(queued);
  if (refused !== undefined) throw refused;
  throw exec instanceof RedisRefusal ? exec : new RedisRefusal('EXECABORT the transaction was not carried out');
}
