import { z } from 'zod';
import type { Configuration } from '../configuration.ts';
import { eventNames, flag, key, leaf, milliseconds, oneOf, section, text, baseAddress, wholeNumber } from './leaf.ts';

/** The bot and what it shows. */
export const token: z.ZodType<string> = leaf(
  text('expected a bot token: DISCORD_TOKEN, or a file that holds it in DISCORD_TOKEN_FILE').regex(
    /^(Bot )?[!-~]+$/,
    'expected a bot token, with or without `Bot ` before it, and no other spaces',
  ),
  {
    description: 'Bot token, with or without `Bot `.',
    defaultText: 'required',
    visibility: 'secret',
    aliases: ['DISCORD_TOKEN'],
  },
);

export const apiUrl: z.ZodType<string> = leaf(baseAddress().default('https://discord.com/api'), {
  description: "Base of Discord's REST API, without version. A simulator or proxy in tests.",
  visibility: 'address',
  aliases: ['DISCORD_API_URL'],
  flag: true,
});

const activity = z.strictObject(
  {
    name: z.string("expected the activity's name").max(128, 'expected 128 characters at most'),
    type: wholeNumber(0, 5),
    state: z.string('expected a text').max(128, 'expected 128 characters at most').exactOptional(),
    url: z.url('expected a web address').exactOptional(),
  },
  'expected an object with name and type',
);

export const presence: z.ZodType<Configuration['presence']> = section({
  status: leaf(oneOf('online', 'idle', 'dnd', 'invisible', 'offline').default('online'), {
    description: 'Status that new sessions show.',
    live: true,
    flag: true,
  }),
  activities: leaf(
    z.array(activity, 'expected a list of activities').max(10, 'expected 10 activities at most').default([]),
    {
      description:
        'What the bot does: objects of name and type (0 playing, 1 streaming, 2 listening, 3 watching, 4 custom, 5 competing), and perhaps state and url.',
      live: true,
    },
  ),
}).prefault({});

export const largeThreshold: z.ZodType<number | null> = leaf(wholeNumber(50, 250).nullable().default(null), {
  description: 'Members above which Discord leaves offline ones out of GUILD_CREATE.',
  unit: 'members',
  defaultText: "Discord's 50",
});

const count = wholeNumber(1);

export const shards: z.ZodType<Configuration['shards']> = section({
  total: leaf(z.union([z.literal('auto'), count], "expected 'auto' or a whole number of 1 or more").default('auto'), {
    description: "Shards of the whole bot, those of other processes included. `auto` takes Discord's recommendation.",
    flag: true,
  }),
  first: leaf(wholeNumber(0).default(0), { description: 'First shard of this process.', flag: true }),
  last: leaf(wholeNumber(0).nullable().default(null), {
    description: 'Last shard of this process, itself included.',
    defaultText: 'the last there is',
    flag: true,
  }),
  concurrency: leaf(
    z.union([z.literal('auto'), count], "expected 'auto' or a whole number of 1 or more").default('auto'),
    {
      description: "Identify buckets, Discord's max_concurrency. `auto` takes what Discord says.",
      flag: true,
    },
  ),
  spawnDelayMs: leaf(milliseconds(0).default(5_250), {
    description:
      'Least time between two identifies of one bucket. Below 5,100 Discord would refuse, so less is taken as 5,100.',
    unit: 'milliseconds',
    flag: true,
  }),
  encoding: leaf(oneOf('json', 'etf').default('json'), {
    description: 'Encoding of the gateway connection.',
    flag: true,
  }),
  compression: leaf(oneOf('none', 'payload', 'zlib-stream', 'zstd-stream').default('zlib-stream'), {
    description:
      'Compression of what Discord sends. `payload` goes with `json` only; `zstd-stream` is cheapest on Node.js 22.15 or later.',
    flag: true,
  }),
  resume: leaf(flag().default(true), { description: 'Continue stored sessions at start.', flag: true }),
  connectsPerSecond: leaf(wholeNumber(1).default(100), {
    description: 'Connections opened over all shards, at most.',
    unit: 'connections per second',
  }),
  identifyReserve: leaf(wholeNumber(0).nullable().default(null), {
    description: 'Identifies of the day that are never spent.',
    unit: 'identifies',
    defaultText: 'the larger of 50 and 10 % of the day’s',
  }),
})
  .superRefine(({ total, first, last, encoding, compression }, context) => {
    const tell = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (total !== 'auto' && first >= total) tell('first', `expected less than shards.total, which is ${total}`);
    if (last !== null && last < first) tell('last', `expected shards.first, which is ${first}, or more`);
    if (total !== 'auto' && last !== null && last >= total)
      tell('last', `expected less than shards.total, which is ${total}; the last shard is ${total - 1}`);
    if (encoding === 'etf' && compression === 'payload')
      tell('compression', "expected another than 'payload' with the encoding 'etf'");
  })
  .prefault({});

export const reshard: z.ZodType<Configuration['reshard']> = section({
  automatic: leaf(flag().default(true), {
    description: 'Bring the bot to more shards by itself when they fill up; only where this process has all of them.',
    live: true,
    flag: true,
  }),
  percentage: leaf(wholeNumber(1, 100).default(80), {
    description: 'Fill of the shards at which that happens; a shard can hold 2,500 guilds.',
    unit: 'percent',
    live: true,
    flag: true,
  }),
  checkIntervalMs: leaf(milliseconds(1).default(28_800_000), {
    description: 'From one look at the fill to the next.',
    unit: 'milliseconds',
    flag: true,
  }),
}).prefault({});

export const filters: z.ZodType<Configuration['filters']> = section({
  loadedGuilds: leaf(flag().default(true), {
    description:
      'A GUILD_CREATE that is no join is called GUILD_LOADED_DD, so that GUILD_CREATE means “the bot joined”.',
    live: true,
  }),
  unavailableGuilds: leaf(flag().default(true), {
    description:
      'A GUILD_DELETE or GUILD_CREATE that only says “unavailable” is held back, so that GUILD_DELETE means “the bot left”.',
    live: true,
  }),
  editedMessages: leaf(flag().default(true), {
    description: 'A MESSAGE_UPDATE that only brings the previews of links is held back.',
    live: true,
  }),
}).prefault({});

export const events: z.ZodType<Configuration['events']> = section({
  whitelist: leaf(eventNames().nullable().default(null), {
    description: 'The only events that consumers get; without a cache all others are dropped unread.',
    defaultText: 'all',
    live: true,
    flag: true,
  }),
  ignore: leaf(eventNames().default([]), {
    description: 'Events that no consumer gets, even where the whitelist has them.',
    live: true,
    flag: true,
  }),
}).prefault({});

export const rest: z.ZodType<Configuration['rest']> = section({
  url: leaf(baseAddress().nullable().default(null), {
    description: 'Address of a REST process, through which all calls go.',
    defaultText: 'Discord directly',
    visibility: 'address',
    flag: true,
  }),
  secretKey: leaf(key().nullable().default(null), {
    description: 'The key of that process.',
    defaultText: 'none',
    visibility: 'secret',
  }),
}).prefault({});
