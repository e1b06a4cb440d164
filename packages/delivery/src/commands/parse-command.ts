import { z } from 'zod';
import type { Command, Presence, RawPayload } from './command.ts';
import { CommandError } from './command-error.ts';
import * as defaults from './defaults.ts';
import { MEMBERS_PER_REQUEST, NONCE_BYTES } from './discord-limits.ts';
import { plainCopy } from './plain-copy.ts';

/** Every nonce of ours begins so; a client's must not. 10 of the 32 bytes that Discord takes. */
export const NONCE_PREFIX = 'shardgate-';

const MAX_SNOWFLAKE = 2n ** 64n - 1n;
const id = z
  .string('expected an id as a string of decimal digits')
  .regex(/^[1-9]\d{0,19}$/, 'expected an id as a string of decimal digits')
  .refine((text) => !/^\d+$/.test(text) || BigInt(text) <= MAX_SNOWFLAKE, 'expected an id of at most 64 bits');
const shardId = z.int().min(0).max(1_000_000);
const expiresAfterMs = z.int().min(1).max(defaults.MAX_EXPIRES_AFTER_MS).exactOptional();

const presence = z.strictObject({
  since: z.int().min(0).nullable().default(null),
  activities: z
    .array(
      z.strictObject({
        name: z.string().max(128),
        type: z.int().min(0).max(5),
        state: z.string().max(128).nullable().exactOptional(),
        url: z.string().max(512).nullable().exactOptional(),
      }),
    )
    .max(10),
  status: z.enum(['online', 'dnd', 'idle', 'invisible', 'offline']),
  afk: z.boolean().default(false),
}) satisfies z.ZodType<Presence>;

const query = z.string().max(100);
const limit = z.int().min(0).max(MEMBERS_PER_REQUEST);
const nonce = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= NONCE_BYTES, `expected at most ${NONCE_BYTES} bytes; Discord drops more`)
  .refine((text) => !text.startsWith(NONCE_PREFIX), `must not begin with ${NONCE_PREFIX}`);
const soundFields = z
  .array(z.enum(['status', 'voice_start_time']))
  .min(1)
  .max(2);

const rawPayload = z.discriminatedUnion(
  'op',
  [
    z.strictObject({ op: z.literal(3), d: presence }),
    z.strictObject({
      op: z.literal(4),
      d: z.strictObject({ guild_id: id, channel_id: id.nullable(), self_mute: z.boolean(), self_deaf: z.boolean() }),
    }),
    z.strictObject({
      op: z.literal(8),
      d: z
        .strictObject({
          guild_id: id,
          query: query.exactOptional(),
          limit: limit.exactOptional(),
          user_ids: z.union([id, z.array(id).min(1).max(MEMBERS_PER_REQUEST)]).exactOptional(),
          presences: z.boolean().exactOptional(),
          nonce: nonce.exactOptional(),
        })
        .refine((d) => (d.query === undefined) !== (d.user_ids === undefined), 'expected either query or user_ids')
        .refine((d) => d.query === undefined || d.limit !== undefined, 'expected a limit with the query'),
    }),
    z.strictObject({ op: z.literal(31), d: z.strictObject({ guild_ids: z.array(id).min(1).max(1_000) }) }),
    z.strictObject({ op: z.literal(43), d: z.strictObject({ guild_id: id, fields: soundFields }) }),
  ],
  'expected op 3, 4, 8, 31 or 43; sessions and heartbeats are the business of the gateway',
) satisfies z.ZodType<RawPayload>;

const commands: z.ZodType<Command> = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('shardPayload'), shardId, data: rawPayload, expiresAfterMs }),
    z.strictObject({ type: z.literal('presence'), shardId: shardId.exactOptional(), data: presence, expiresAfterMs }),
    z.strictObject({
      type: z.literal('voiceState'),
      guildId: id,
      channelId: id.nullable(),
      selfMute: z.boolean(),
      selfDeaf: z.boolean(),
      expiresAfterMs,
    }),
    z
      .strictObject({
        type: z.literal('requestMembers'),
        guildId: id,
        query: query.exactOptional(),
        limit: limit.exactOptional(),
        userIds: z.array(id).min(1).max(MEMBERS_PER_REQUEST).exactOptional(),
        presences: z.boolean().exactOptional(),
        expiresAfterMs,
      })
      .refine(
        ({ userIds, ...selection }) =>
          userIds === undefined || (selection.query === undefined && selection.limit === undefined),
        'expected either userIds or query and limit',
      )
      .refine((wish) => !wish.query || wish.limit !== 0, 'expected a limit of 1 to 100 with the query'),
    z.strictObject({ type: z.literal('requestSoundboard'), guildIds: z.array(id).min(1).max(1_000), expiresAfterMs }),
    z.strictObject({ type: z.literal('requestChannelInfo'), guildId: id, fields: soundFields, expiresAfterMs }),
    z.strictObject({ type: z.literal('reconnect'), shardId, expiresAfterMs }),
    z.strictObject({ type: z.literal('status'), expiresAfterMs }),
    z.strictObject({ type: z.literal('shardOf'), guildId: id, expiresAfterMs }),
    z.strictObject({ type: z.literal('SHARD_PAYLOAD'), shardId, data: rawPayload, expiresAfterMs }),
    z.strictObject({ type: z.literal('GET_SHARD_INFO'), expiresAfterMs }),
    z.strictObject({ type: z.literal('ShardPayload'), shardId, payload: rawPayload, expiresAfterMs }),
    z.strictObject({ type: z.literal('EditShardsPresence'), payload: presence, expiresAfterMs }),
    z.strictObject({ type: z.literal('ShardInfoFromGuild'), guildId: id.exactOptional(), expiresAfterMs }),
  ],
  'expected the name of a command, such as requestMembers',
);

/** Names that may stand in a message; anything else could be a secret or a line break. */
const PLAIN_NAME = /^[A-Za-z_]\w{0,31}$/;

/**
 * Reads a command, from whoever.
 *
 * @throws {CommandError} `invalid` or `tooLarge`, and nothing else
 */
export function parseCommand(input: unknown): Command {
  const result = commands.safeParse(plainCopy(input));
  if (result.success) return result.data;
  throw new CommandError('invalid', result.error.issues.slice(0, 3).map(describe).join('; '));
}

/** One mistake, without the value that is wrong. */
function describe(issue: z.core.$ZodIssue): string {
  const place = ['command', ...issue.path].join('.');
  if (issue.code !== 'unrecognized_keys') return `${place}: ${issue.message}`;
  const names = issue.keys.filter((name) => PLAIN_NAME.test(name)).slice(0, 3);
  return `${place}: ${names.length === 0 ? 'has a member' : `'${names.join("', '")}' is a member`} that is not known`;
}
