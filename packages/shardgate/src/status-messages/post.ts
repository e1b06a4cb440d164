import type { StatusEmbed } from './embeds.ts';

/** What became of one try to post a message. Texts are for people and hold no secret. */
export type PostOutcome =
  | { readonly kind: 'posted' }
  /** Worth another try: a rate limit, Discord's own trouble, the network. */
  | {
      readonly kind: 'later';
      readonly text: string;
      /** As Discord asked; undefined where it said nothing. */
      readonly retryAfterMs: number | undefined;
      /** The limit holds for everything, not for this target alone. */
      readonly global: boolean;
    }
  /** Another try would end the same way. */
  | { readonly kind: 'refused'; readonly text: string };

/** One message on its way. */
export interface StatusMessage {
  readonly embeds: readonly StatusEmbed[];
  /** Stays the same over all tries. At most 25 characters. */
  readonly nonce: string;
}

/** Posts one message once. Never rejects; ends soon after the signal aborts. */
export type Post = (message: StatusMessage, signal: AbortSignal) => Promise<PostOutcome>;

/** Where messages go. */
export interface Poster {
  /** For people; without secrets. */
  readonly label: string;
  readonly post: Post;
  /** Lets go of the connections. */
  readonly close: () => Promise<void>;
}

/** What an HTTP status that is not 2xx means. 408 is the server's word for a slow request. */
export function outcomeOf(
  status: number,
  text: string,
  retryAfterMs: number | undefined,
  global: boolean,
): Exclude<PostOutcome, { kind: 'posted' }> {
  if (status === 429 || status === 408 || status >= 500) return { kind: 'later', text, retryAfterMs, global };
  return { kind: 'refused', text };
}
