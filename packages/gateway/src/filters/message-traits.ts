import { contentHash } from './content-hash.ts';

/** What the filter of edited messages needs to know of one MESSAGE_UPDATE. */
export interface MessageTraits {
  /** The id without its last ten digits. */
  readonly idHigh: number;
  /** The last ten digits: a double holds no whole id. */
  readonly idLow: number;
  /** 64 bits that change with every edit and with all that counts as content: everything but {@link NOT_CONTENT}. */
  readonly stampA: number;
  readonly stampB: number;
  /** Nothing but previews can have caused this update, if its message is young: see {@link PLAIN_TYPES} and its neighbours. */
  readonly isPlainWithPreview: boolean;
}

/** Digits that `idLow` holds. */
export const LOW_DIGITS = 10;
const LOW_LIMIT = 10n ** BigInt(LOW_DIGITS);
/** Of a 64-bit id. */
export const MAX_ID_DIGITS = 20;

/** A message as it was parsed. */
export type Message = Readonly<Record<string, unknown>>;

const DIGITS = new RegExp(`^\\d{1,${MAX_ID_DIGITS}}$`);

/** DEFAULT and REPLY. https://docs.discord.com/developers/resources/message#message-object-message-types */
export const PLAIN_TYPES: ReadonlySet<unknown> = new Set([0, 19]);

/** IS_CROSSPOST and SUPPRESS_NOTIFICATIONS: set at creation and never again. https://docs.discord.com/developers/resources/message#message-object-message-flags */
export const PLAIN_FLAGS: number = (1 << 1) | (1 << 12);

/** Members that a message with one of another origin or purpose has. */
export const UNPLAIN_KEYS: readonly string[] = [
  'poll',
  'thread',
  'application_id',
  'interaction',
  'interaction_metadata',
];

/** Previews, and what tells of people rather than of the message: nicknames change between two updates of one message. */
export const NOT_CONTENT: ReadonlySet<string> = new Set([
  'embeds',
  'author',
  'member',
  'mentions',
  'referenced_message',
]);

/**
 * The traits of a whole message; undefined without a readable id.
 *
 * @throws {RangeError} for data nested too deeply to hash; whatever a getter throws
 */
export function readTraits(message: Message): MessageTraits | undefined {
  const id = snowflake(message['id']);
  if (id === undefined) return undefined;
  const { a, b } = contentHash(message, isNotContent);
  return {
    ...splitId(id),
    stampA: a,
    stampB: b,
    isPlainWithPreview: isPlainWithPreview(message),
  };
}

/** A double holds no whole id: its upper digits, and its last {@link LOW_DIGITS}. */
export function splitId(id: bigint): Pick<MessageTraits, 'idHigh' | 'idLow'> {
  return { idHigh: Number(id / LOW_LIMIT), idLow: Number(id % LOW_LIMIT) };
}

export function joinId({ idHigh, idLow }: Pick<MessageTraits, 'idHigh' | 'idLow'>): bigint {
  return BigInt(idHigh) * LOW_LIMIT + BigInt(idLow);
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
    UNPLAIN_KEYS.every((key) => isNothing(message[key]))
  );
}

export function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

function snowflake(id: unknown): bigint | undefined {
  if (typeof id === 'bigint') return id >= 0n ? id : undefined;
  return typeof id === 'string' && DIGITS.test(id) ? BigInt(id) : undefined;
}

function isNotContent(key: string, depth: number): boolean {
  // Links to attachments and media are signed anew with every event.
  return depth === 0 ? NOT_CONTENT.has(key) : key === 'url' || key === 'proxy_url';
}
