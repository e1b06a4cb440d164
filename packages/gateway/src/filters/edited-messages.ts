import type { Clock } from '../ports/clock.ts';
import { systemClock } from '../ports/clock.ts';
import { contentHash } from './content-hash.ts';

/** Options of {@link createEditedMessages}. */
export interface EditedMessagesOptions {
  /** Messages remembered; the one not updated for longest goes first. 1 or more. Default 10,000 (some 2 MB). */
  readonly limit?: number;
  /** Tells how old a message is. Default: the real clock. */
  readonly clock?: Pick<Clock, 'wallTime'>;
}

/** Tells updates that only bring the previews of links from all others. */
export interface EditedMessages {
  /** Message id to a stamp of its last update: `edited_timestamp`, `#`, hash of all but the previews. Removing entries is harmless. */
  readonly stamps: Map<bigint, string>;
  /**
   * Whether a MESSAGE_UPDATE says more than "here are the link previews". Remembers the message. Never throws: what it cannot read passes.
   *
   * MESSAGE_CREATE is not looked at (parsing each would cost more than the filter saves), so the first update of a message has
   * nothing to be compared with. It is held back only if nothing else can have caused it: never edited, no older than two minutes, embeds
   * present, and no pin, flag, poll, thread, or origin in a command (a deferred reply is filled in without becoming "edited"). From then on
   * an update is held back if `edited_timestamp` and everything but the embeds are as before. Partial payloads (no author): only if there are embeds and
   * nothing else. So bots without the MESSAGE_CONTENT intent, to whom previews are not shown, still hear of first ones.
   */
  isRealEdit(d: unknown): boolean;
}

const DEFAULT_LIMIT = 10_000;

/** Discord resolves links within seconds; later than this, previews are the rarer cause of an update than an unpin or an unsuppress. */
const UNFURL_WINDOW_MS = 120_000;

/** https://docs.discord.com/developers/reference#snowflakes */
const DISCORD_EPOCH_MS = 1_420_070_400_000n;

/** DEFAULT and REPLY. https://docs.discord.com/developers/resources/message#message-object-message-types */
const PLAIN_TYPES: ReadonlySet<unknown> = new Set([0, 19]);

/** IS_CROSSPOST and SUPPRESS_NOTIFICATIONS: set at creation and never again. https://docs.discord.com/developers/resources/message#message-object-message-flags */
const PLAIN_FLAGS = (1 << 1) | (1 << 12);

/** A partial payload that brings previews and nothing else. */
const PREVIEW_KEYS: ReadonlySet<string> = new Set(['id', 'channel_id', 'guild_id', 'embeds']);

/** Previews, and what tells of people rather than of the message: nicknames change between two updates of one message. */
const NOT_CONTENT: ReadonlySet<string> = new Set(['embeds', 'author', 'member', 'mentions', 'referenced_message']);

type Message = Readonly<Record<string, unknown>>;

/** @throws {RangeError} when `limit` is not a whole number of 1 or more */
export function createEditedMessages(options: EditedMessagesOptions = {}): EditedMessages {
  const { limit = DEFAULT_LIMIT, clock = systemClock } = options;
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new RangeError(`option limit: expected a whole number of 1 or more, got ${String(limit)}`);
  const stamps = new Map<bigint, string>();

  const remember = (id: bigint, stamp: string): void => {
    stamps.delete(id);
    stamps.set(id, stamp);
    for (const oldest of stamps.keys()) {
      if (stamps.size <= limit) break;
      stamps.delete(oldest);
    }
  };

  const decide = (message: Message): boolean => {
    if (isNothing(message['author']))
      return !(Array.isArray(message['embeds']) && Object.keys(message).every((key) => PREVIEW_KEYS.has(key)));
    const id = snowflake(message['id']);
    if (id === undefined) return true;
    const edited = message['edited_timestamp'];
    const stamp = `${typeof edited === 'string' ? edited.slice(0, 40) : ''}#${fingerprint(message)}`;
    const before = stamps.get(id);
    remember(id, stamp);
    if (before !== undefined) return before !== stamp;
    const ageMs = clock.wallTime() - Number((id >> 22n) + DISCORD_EPOCH_MS);
    return ageMs > UNFURL_WINDOW_MS || !isPlainWithPreview(message);
  };

  return {
    stamps,
    isRealEdit(d) {
      if (typeof d !== 'object' || d === null) return true;
      try {
        return decide(d as Message);
      } catch {
        // Too deep to hash, or not data at all: nothing that Discord sends, and not ours to hold back.
        return true;
      }
    },
  };
}

/** A message that shows nothing but previews which its creation might not have had. */
function isPlainWithPreview(message: Message): boolean {
  const { embeds, flags = 0, type = 0 } = message;
  return (
    Array.isArray(embeds) &&
    embeds.length > 0 &&
    isNothing(message['edited_timestamp']) &&
    message['pinned'] === false &&
    typeof flags === 'number' &&
    (flags & ~PLAIN_FLAGS) === 0 &&
    PLAIN_TYPES.has(type) &&
    ['poll', 'thread', 'application_id', 'interaction', 'interaction_metadata'].every((key) => isNothing(message[key]))
  );
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

function snowflake(id: unknown): bigint | undefined {
  if (typeof id === 'bigint') return id;
  return typeof id === 'string' && /^\d{1,20}$/.test(id) ? BigInt(id) : undefined;
}

function fingerprint(message: Message): string {
  return contentHash(message, isNotContent);
}

function isNotContent(key: string, depth: number): boolean {
  // Links to attachments and media are signed anew with every event.
  return depth === 0 ? NOT_CONTENT.has(key) : key === 'url' || key === 'proxy_url';
}
