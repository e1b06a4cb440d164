/** An answer that says why a request is not carried out. */
export interface Refusal {
  readonly status: number;
  /** A word for machines. */
  readonly error: string;
  /** For people; never holds a secret. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown by a route to answer with a refusal. */
export class RefusedRequest extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, cause?: unknown) {
    super(refusal.message, { cause });
    this.refusal = refusal;
  }
}
