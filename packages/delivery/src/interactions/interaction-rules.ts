import type { APIInteraction, APIInteractionResponse } from 'discord-api-types/v10';

/** What becomes of INTERACTION_CREATE events while no consumer is there to answer them. */
export interface InteractionRules {
  /**
   * Milliseconds after which an interaction is no longer handed over: Discord has forgotten it. Told as a gap of cause `expired`. Default 900,000 (15 minutes, the life of
   * a token whose interaction was answered in time).
   */
  readonly maxAgeMs: number;
  /** Milliseconds without an acknowledgement after which `answer` is called. Discord waits three seconds in all. Default 1,500. */
  readonly answerAfterMs: number;
  /**
   * Answers in the consumer's place: {@link deferInteractions} makes one. A throw or rejection is told as an `error` event and the interaction is handed over all the same.
   * Default: nobody answers.
   */
  readonly answer: AnswerInteraction | undefined;
}

/** Answers an interaction, so that its user sees "thinking…" and not a failure. */
export type AnswerInteraction = (interaction: APIInteraction) => Promise<void>;

/** The part of a REST manager that is used: `createRestManager` of `@shardgate/rest` fits. */
export interface InteractionRest {
  runMethod: (rest: never, method: 'post', route: `/${string}`, body?: unknown) => Promise<unknown>;
}

/** Options of {@link deferInteractions}. */
export interface DeferOptions {
  readonly rest: InteractionRest;
  /** Deferred answers are for the user only. Default true. */
  readonly ephemeral?: boolean;
  /** The answer to an interaction that cannot be deferred, such as autocomplete. Default: none; autocomplete gets an empty list. */
  readonly message?: (interaction: APIInteraction) => APIInteractionResponse | undefined;
}
