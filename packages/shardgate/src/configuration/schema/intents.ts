import { ALL_INTENTS, Intents } from '@shardgate/gateway';
import { closest } from 'fastest-levenshtein';
import { z } from 'zod';
import { leaf } from './leaf.ts';

/** Intents that Discord has to grant to a bot first. https://docs.discord.com/developers/events/gateway#privileged-intents */
const PRIVILEGED = Intents.GuildMembers | Intents.GuildPresences | Intents.MessageContent;
const UNPRIVILEGED = ALL_INTENTS & ~PRIVILEGED;

/** The bits of a name in either spelling, or undefined. */
function bitsOf(name: string): number | undefined {
  const wanted = name.replaceAll('_', '').toLowerCase();
  return Object.entries(Intents).find(([known]) => known.toLowerCase() === wanted)?.[1];
}

const name = z.string().refine((given) => bitsOf(given) !== undefined, {
  error: ({ input }) =>
    `expected the name of an intent; the nearest is '${closest(String(input), Object.keys(Intents))}'`,
});

const EXPECTED =
  "expected 'default', a bit set of known intents, or a list of their names, such as Guilds and GuildMessages";

const bits = z
  .int(EXPECTED)
  .min(0, EXPECTED)
  .refine((given) => given <= ALL_INTENTS && (given & ~ALL_INTENTS) === 0, EXPECTED);

/** Intents as a bit set, as names, or `default`; read as a bit set. */
export const intents: z.ZodType<number> = leaf(
  z
    .union([bits, z.literal('default'), z.array(name)], EXPECTED)
    .transform((given) => {
      if (given === 'default') return UNPRIVILEGED;
      if (typeof given === 'number') return given;
      return given.reduce((all, one) => all | (bitsOf(one) ?? 0), 0);
    })
    .pipe(z.int())
    .default(UNPRIVILEGED),
  {
    description:
      'What Discord sends: names of intents, their bit set, or `default`, which is all that need no permission (not GuildMembers, GuildPresences, MessageContent).',
    defaultText: '`default`',
    flag: true,
  },
);
