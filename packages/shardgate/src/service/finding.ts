/** What one look found. */
export interface Finding {
  readonly verdict: 'good' | 'doubtful' | 'bad';
  readonly subject: string;
  /** One line: what was seen, and the remedy where there is one to name. */
  readonly text: string;
}
