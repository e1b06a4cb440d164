import { Op } from '@shardgate/wire';
import { CloseCode } from '../close-codes.ts';
import {
  LARGE_THRESHOLD_MAX,
  LARGE_THRESHOLD_MIN,
  MAX_CLIENT_PAYLOAD_BYTES,
  MEMBER_IDS_PER_REQUEST,
} from '../discord-limits.ts';
import { isRecord } from '../option-check.ts';
import { isSnowflake } from '../world/snowflake.ts';
import { readEtfCommand } from './etf-command.ts';
import { Tag, VERSION } from './etf-tag.ts';
import type { Encoding } from './frame-writer.ts';

export interface IdentifyData {
  readonly token: string;
  readonly properties: object;
  readonly intents: number;
  readonly shard?: readonly [id: number, count: number];
  readonly compress?: boolean;
  readonly large_threshold?: number;
  readonly presence?: object | null;
}

export interface ResumeData {
  readonly token: string;
  readonly session_id: string;
  readonly seq: number;
}

export interface VoiceStateData {
  readonly guild_id: string;
  readonly channel_id: string | null;
  readonly self_mute: boolean;
  readonly self_deaf: boolean;
}

export interface MemberRequestData {
  readonly guild_id: string;
  readonly query?: string;
  readonly limit?: number;
  readonly user_ids?: string | readonly string[];
  readonly presences?: boolean;
  readonly nonce?: string;
}

/** A payload of the client whose shape is right. */
export type ClientPayload =
  | { readonly op: typeof Op.Heartbeat; readonly d: number | null }
  | { readonly op: typeof Op.Identify; readonly d: IdentifyData }
  | { readonly op: typeof Op.Resume; readonly d: ResumeData }
  | { readonly op: typeof Op.PresenceUpdate; readonly d: object }
  | { readonly op: typeof Op.VoiceStateUpdate; readonly d: VoiceStateData }
  | { readonly op: typeof Op.RequestGuildMembers; readonly d: MemberRequestData }
  | { readonly op: typeof Op.RequestSoundboardSounds; readonly d: { readonly guild_ids: readonly string[] } }
  | {
      readonly op: typeof Op.RequestChannelInfo;
      readonly d: { readonly guild_id: string; readonly fields: readonly string[] };
    };

/** Why a payload is refused: how to close, and what to write down. */
export interface Refusal {
  readonly code: number;
  readonly kind: 'payload-too-large' | 'compressed-client-frame' | 'undecodable-payload' | 'invalid-payload';
  readonly detail: string;
}

type Data = Readonly<Record<string, unknown>>;
type Check = (d: unknown) => boolean;

const record =
  (test: (d: Data) => boolean): Check =>
  (d) =>
    isRecord(d) && test(d);
const optional = (value: unknown, test: (value: unknown) => boolean): boolean => value === undefined || test(value);
const isInteger = (value: unknown): value is number => Number.isInteger(value);
const isString = (value: unknown): boolean => typeof value === 'string';
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
const isListOf = (value: unknown, test: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(test);

const STATUSES = ['online', 'dnd', 'idle', 'invisible', 'offline'];

/** https://docs.discord.com/developers/events/gateway-events#update-presence */
const isPresence: Check = record(
  (d) =>
    (d.since === null || isInteger(d.since)) &&
    isListOf(d.activities, isRecord) &&
    STATUSES.includes(d.status as string) &&
    isBoolean(d.afk),
);

/** A number where a number belongs: whether it fits is a question of close code 4010 or 4013, not of the shape. */
const isIdentify: Check = record(
  (d) =>
    isString(d.token) &&
    isRecord(d.properties) &&
    isInteger(d.intents) &&
    d.intents >= 0 &&
    optional(d.compress, isBoolean) &&
    optional(
      d.large_threshold,
      (value) => isInteger(value) && value >= LARGE_THRESHOLD_MIN && value <= LARGE_THRESHOLD_MAX,
    ) &&
    optional(d.shard, (value) => isListOf(value, isInteger) && (value as readonly unknown[]).length === 2) &&
    optional(d.presence, (value) => value === null || isPresence(value)),
);

const isMemberRequest: Check = record(
  (d) =>
    isSnowflake(d.guild_id) &&
    (isString(d.query) ? isInteger(d.limit) && d.limit >= 0 : d.user_ids !== undefined) &&
    optional(
      d.user_ids,
      (ids) =>
        isSnowflake(ids) ||
        (isListOf(ids, isSnowflake) && (ids as readonly unknown[]).length <= MEMBER_IDS_PER_REQUEST),
    ) &&
    optional(d.presences, isBoolean) &&
    optional(d.nonce, isString),
);

const CHECKS: Readonly<Record<number, Check>> = {
  [Op.Heartbeat]: (d) => d === null || (isInteger(d) && d >= 0),
  [Op.Identify]: isIdentify,
  [Op.PresenceUpdate]: isPresence,
  [Op.VoiceStateUpdate]: record(
    (d) =>
      isSnowflake(d.guild_id) &&
      (d.channel_id === null || isSnowflake(d.channel_id)) &&
      isBoolean(d.self_mute) &&
      isBoolean(d.self_deaf),
  ),
  [Op.Resume]: record((d) => isString(d.token) && isString(d.session_id) && isInteger(d.seq) && d.seq >= 0),
  [Op.RequestGuildMembers]: isMemberRequest,
  [Op.RequestSoundboardSounds]: record((d) => isListOf(d.guild_ids, isSnowflake)),
  [Op.RequestChannelInfo]: record((d) => isSnowflake(d.guild_id) && isListOf(d.fields, isString)),
};

function isClientPayload(payload: Data): payload is Data & ClientPayload {
  return CHECKS[payload.op as number]?.(payload.d) === true;
}

/** First bytes of zlib and zstd data and of a compressed term; none begins a JSON text or another term. */
function looksCompressed(data: Buffer): boolean {
  const zlib = data.length > 1 && (data[0] as number) % 16 === 8 && data.readUInt16BE(0) % 31 === 0;
  const zstd = data.length > 3 && data.readUInt32BE(0) === 0x28b5_2ffd;
  return zlib || zstd || (data[0] === VERSION && data[1] === Tag.compressed);
}

function refuse(code: number, kind: Refusal['kind'], detail: string): Refusal {
  return { code, kind, detail };
}

/** Why a message cannot be read as the connection's encoding has it; undefined when it may be possible. */
function refuseMessage(data: Buffer, isBinary: boolean, encoding: Encoding): Refusal | undefined {
  if (data.length > MAX_CLIENT_PAYLOAD_BYTES) {
    return refuse(
      CloseCode.decodeError,
      'payload-too-large',
      `${data.length} bytes, the limit is ${MAX_CLIENT_PAYLOAD_BYTES}`,
    );
  }
  if (isBinary && looksCompressed(data))
    return refuse(CloseCode.decodeError, 'compressed-client-frame', 'clients must not compress');
  if (isBinary === (encoding === 'etf')) return undefined;
  const what = isBinary ? 'a binary message on a JSON connection' : 'a text message on an ETF connection';
  return refuse(CloseCode.decodeError, 'undecodable-payload', what);
}

/** The value that a message holds. */
function decode(data: Buffer, encoding: Encoding): { readonly value: unknown } | Refusal {
  try {
    return { value: encoding === 'etf' ? readEtfCommand(data) : JSON.parse(data.toString()) };
  } catch (error) {
    // What JSON.parse says quotes the text, which may have the token.
    const why = error instanceof RangeError ? `: ${error.message}` : '';
    const what = `${data.length} bytes that are not ${encoding === 'etf' ? 'ETF with strings as keys' : 'JSON'}${why}`;
    return refuse(CloseCode.decodeError, 'undecodable-payload', what);
  }
}

/** Reads what a client sent. The token never gets into a refusal's detail. */
export function readClientPayload(data: Buffer, isBinary: boolean, encoding: Encoding): ClientPayload | Refusal {
  const decoded = refuseMessage(data, isBinary, encoding) ?? decode(data, encoding);
  if ('code' in decoded) return decoded;
  const payload = decoded.value;
  if (!isRecord(payload) || !isInteger(payload.op)) {
    return refuse(CloseCode.decodeError, 'undecodable-payload', 'not an object with an integer "op"');
  }
  if (!(payload.op in CHECKS))
    return refuse(CloseCode.unknownOpcode, 'invalid-payload', `op ${payload.op} is not for clients`);
  if (isClientPayload(payload)) return payload;
  return refuse(CloseCode.unknownOpcode, 'invalid-payload', `"d" of op ${payload.op} has the wrong shape`);
}
