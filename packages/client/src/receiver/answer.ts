/** What a request is answered with. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty with 204. */
  readonly body: string;
}

/** Everything was taken. */
export const DONE: Answer = { status: 204, headers: {}, body: '' };

/** A batch was taken up to an offset; the rest is to be sent again. */
export function takenUpTo(offset: number): Answer {
  return json(200, { acknowledged: offset });
}

/** Nothing was taken; the words are for whoever reads the sender's log. */
export function refusal(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return json(status, { error }, headers);
}

function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}
