import type { Payload } from '@shardgate/wire';
import type { Clock } from '../ports/clock.ts';
import { systemClock } from '../ports/clock.ts';
import { readTextTraits } from './message-text.ts';
import { createMessageStamps } from './message-stamps.ts';
import { createStampView } from './stamp-view.ts';
import { isNothing, LOW_DIGITS, readTraits, type Message, type MessageTraits } from './message-traits.ts';

/** The payload of a MESSAGE_UPDATE. */
export type UpdatedMessage = Pick<Payload, 'encoding' | 'dBytes' | 'd'>;

/** Options of {@link createEditedMessages}. */
export interface EditedMessagesOptions {
  /** Messages remembered; of those in excess, ones not updated for long are forgotten. 1 or more. Default 10,000 (240 KB). */
  readonly limit?: number;
  /** Tells how old a message is. Default: the real clock. */
  readonly clock?: Pick<Clock, 'wallTime'>;
}

/** Tells updates that only bring the previews of links from all others. */
export interface EditedMessages {
  /** Message id to a hash of its last update: of all but the previews. A live view; removing entries is harmless. */
  readonly stamps: Map<bigint, string>;
  /**
   * Whether a MESSAGE_UPDATE says more than "here are the link previews". Remembers the message. What it cannot read passes.
   *
   * Most are decided from their text; `d` is read where that does not do.
   *
   * MESSAGE_CREATE is not looked at (parsing each would cost more than the filter saves), so the first update of a message has
   * nothing to be compared with. It is held back only if nothing else can have caused it: never edited, no older than two minutes, embeds
   * present, and no pin, flag, poll, thread, or origin in a command (a deferred reply is filled in without becoming "edited"). From then on
   * an update is held back if `edited_timestamp` and everything but the embeds are as before. Partial payloads (no author): only if there are embeds and
   * nothing else. So bots without the MESSAGE_CONTENT intent, to whom previews are not shown, still hear of first ones.
   */
  isRealEdit(message: UpdatedMessage): boolean;
}

const DEFAULT_LIMIT = 10_000;

/** Discord resolves links within seconds; later than this, previews are the rarer cause of an update than an unpin or an unsuppress. */
const UNFURL_WINDOW_MS = 120_000;

/** https://docs.discord.com/developers/reference#snowflakes */
const DISCORD_EPOCH_MS = 1_420_070_400_000;
const IDS_PER_MS = 2 ** 22;

/** A partial payload that brings previews and nothing else. */
const PREVIEW_KEYS: ReadonlySet<string> = new Set(['id', 'channel_id', 'guild_id', 'embeds']);

/** @throws {RangeError} when `limit` is not a whole number of 1 or more */
export function createEditedMessages(options: EditedMessagesOptions = {}): EditedMessages {
  const { limit = DEFAULT_LIMIT, clock = systemClock } = options;
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new RangeError(`option limit: expected a whole number of 1 or more, got ${String(limit)}`);
  const stamps = createMessageStamps(limit);

  const decide = (traits: MessageTraits): boolean => {
    const seen = stamps.exchange(traits);
    return seen === 'never'
      ? !traits.isPlainWithPreview || ageMs(traits, clock) > UNFURL_WINDOW_MS
      : seen === 'changed';
  };

  const decideParsed = (message: Message): boolean => {
    if (isNothing(message['author']))
      return !(Array.isArray(message['embeds']) && Object.keys(message).every((key) => PREVIEW_KEYS.has(key)));
    const traits = readTraits(message);
    return traits === undefined || decide(traits);
  };

  return {
    stamps: createStampView(stamps),
    isRealEdit(message) {
      const text = message.encoding === 'json' ? message.dBytes : undefined;
      const traits = text === undefined ? undefined : readTextTraits(text);
      if (traits !== undefined) return decide(traits);
      const { d } = message;
      if (typeof d !== 'object' || d === null) return true;
      try {
        return decideParsed(d as Message);
      } catch {
        // Too deep to hash, or not data at all: nothing that Discord sends, and not ours to hold back.
        return true;
      }
    },
  };
}

/** How old the message is, to the millisecond. */
function ageMs({ idHigh, idLow }: MessageTraits, clock: Pick<Clock, 'wallTime'>): number {
  // Adding a little undoes the rounding of ids above 2^53.
  const sentAt = Math.floor((idHigh * 10 ** LOW_DIGITS + idLow) / IDS_PER_MS + 0.001) + DISCORD_EPOCH_MS;
  return clock.wallTime() - sentAt;
}
