/** What the governor must remember when the process dies: it is written before each IDENTIFY, so a crash can only over-count. */
export interface IdentifyLedgerState {
  /** First 16 hex digits of the SHA-256 of the token this ledger belongs to. */
  readonly tokenFingerprint: string;
  /** Wall-clock milliseconds of every identify of the last 24 hours, oldest first. */
  readonly spends: readonly number[];
  /** Discord's own figures when last read, or null before the first reading. */
  readonly reading: IdentifyReading | null;
  /** Wall-clock milliseconds of the last process starts, oldest first, at most 16: a supervisor's restart loop shows here. */
  readonly starts: readonly number[];
  /** Discord refused this token (4004 or HTTP 401): no further attempt until the token changes or the operator insists. */
  readonly tokenRejected: boolean;
  /** Wall-clock milliseconds of the last READY; absent or null when there was none. Tells a start that fails again and again from one that works. */
  readonly readyAt?: number | null;
}

/** `session_start_limit` of `GET /gateway/bot`, and when it was read. */
export interface IdentifyReading {
  readonly total: number;
  readonly remaining: number;
  /** Wall-clock milliseconds at which the window resets. */
  readonly resetsAt: number;
  /** Wall-clock milliseconds of the reading. */
  readonly readAt: number;
}

/** Where the ledger outlives the process. `createMemoryIdentifyLedger` and `createFileIdentifyLedger` are ours. */
export interface IdentifyLedger {
  /** The stored state, or undefined when there is none or it cannot be read. */
  load(): Promise<IdentifyLedgerState | undefined>;
  /** Resolves when the state is durable. */
  save(state: IdentifyLedgerState): Promise<void>;
}
