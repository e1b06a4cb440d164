import { isLoopback } from '@shardgate/delivery';
import { ENTITY_KINDS, type EntityKind } from '@shardgate/state';
import { z } from 'zod';
import type { Configuration } from '../configuration.ts';
import { flag, key, leaf, milliseconds, port, section, text, textList, wholeNumber } from './leaf.ts';
import { stores } from './stores.ts';

/** Kinds in words, and whether they are kept by default. */
const KINDS: Readonly<Record<EntityKind, readonly [words: string, isKept: boolean]>> = {
  guild: ['guilds', true],
  channel: ['channels', true],
  thread: ['threads', true],
  role: ['roles', true],
  emoji: ['emojis', true],
  sticker: ['stickers', true],
  member: ['members', true],
  presence: ['presences', false],
  voiceState: ['voice states', true],
  message: ['messages', false],
  stageInstance: ['stage instances', true],
  scheduledEvent: ['scheduled events', true],
  soundboardSound: ['soundboard sounds', true],
  user: ["the bot's own user", true],
};

const switches = Object.fromEntries(
  ENTITY_KINDS.map((kind) => {
    const [words, isKept] = KINDS[kind];
    return [kind, leaf(flag().default(isKept), { description: `Keep ${words}.` })];
  }),
);

const lifetimes = Object.fromEntries(
  ENTITY_KINDS.map((kind) => [
    kind,
    leaf(milliseconds(1).nullable().default(null), {
      description: `Life of ${KINDS[kind][0]} after the last change.`,
      unit: 'milliseconds',
      defaultText: 'it stays',
    }),
  ]),
);

const expectedFields = "expected { pick: ['id', …] } or { omit: ['banner', …] }";

const fields = Object.fromEntries(
  ENTITY_KINDS.map((kind) => [
    kind,
    leaf(
      z
        .union([z.strictObject({ pick: textList() }), z.strictObject({ omit: textList() })], expectedFields)
        .nullable()
        .default(null),
      { description: `Fields that are kept of ${KINDS[kind][0]}: some, or all but some.`, defaultText: 'all' },
    ),
  ]),
);

const api = section({
  enabled: leaf(flag().default(false), {
    description: 'Serve the cache over HTTP.',
    flag: true,
  }),
  host: leaf(text().default('127.0.0.1'), {
    description: 'Address to listen on; any other than loopback needs a key.',
    flag: true,
  }),
  port: leaf(port().default(7903), { description: 'Port to listen on; 0 takes a free one.', flag: true }),
  secretKey: leaf(key().nullable().default(null), {
    description: 'What clients have to show.',
    defaultText: 'none',
    visibility: 'secret',
  }),
  allowWrites: leaf(flag().default(false), { description: 'Whether clients may change the cache.' }),
})
  .superRefine(({ enabled, host, secretKey }, context) => {
    if (!enabled || secretKey !== null || isLoopback(host)) return;
    context.addIssue({
      code: 'custom',
      path: ['secretKey'],
      message: `expected a key, since other machines can reach ${host}`,
    });
  })
  .prefault({});

// Kinds come from a list, so TypeScript cannot see their names here; the type is made from this schema and compared with it by a test.
export const state: z.ZodType<Configuration['state']> = section({
  enabled: leaf(flag().default(false), {
    description: "Keep a cache of Discord's objects, and give events the object before them as `old`.",
    flag: true,
  }),
  stores,
  kinds: section({
    ...switches,
    member: leaf(z.union([flag(), z.literal('own')], "expected true, false or 'own'").default(true), {
      description: "Keep members; `own`: the bot's own alone.",
    }),
  }).prefault({}),
  fields: section(fields).prefault({}),
  old: leaf(z.union([flag(), z.literal('guilds')], "expected true, false or 'guilds'").default(true), {
    description: 'Give events the object before them; `guilds`: only those of a guild itself, such as GUILD_CREATE.',
  }),
  ttlMs: section(lifetimes).prefault({}),
  messagesPerChannel: leaf(wholeNumber(1).default(100), {
    description: 'Messages that are kept of a channel.',
    unit: 'messages',
  }),
  waitMs: leaf(milliseconds(1).default(250), {
    description: 'How long an event waits for Redis or PostgreSQL to have it; then it goes on, and the store is stale.',
    unit: 'milliseconds',
  }),
  maxQueuedOperations: leaf(wholeNumber(1_000).default(100_000), {
    description:
      'Changes that wait for a Redis or PostgreSQL that is away; with more it is written anew when it is back.',
    unit: 'changes',
  }),
  api,
}).prefault({}) as z.ZodType as z.ZodType<Configuration['state']>;
