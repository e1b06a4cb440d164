import { z } from 'zod';
import { parseWebhookUrl } from '../../status-messages/webhook-url.ts';
import type { Configuration } from '../configuration.ts';
import { isLoopback } from '@shardgate/delivery';
import { flag, key, leaf, milliseconds, oneOf, port, section, snowflake, text, textList } from './leaf.ts';

export const profile: z.ZodType<Configuration['profile']> = leaf(
  oneOf('none', 'twilight-dispatch', 'tatsu').default('none'),
  {
    description: 'Take the settings of another gateway over, by the names they have there.',
    flag: true,
  },
);

export const stopDeadlineMs: z.ZodType<number> = leaf(milliseconds(1).default(20_000), {
  description: 'Time in which a stop is done: draining, checkpoints, closing. A second signal is immediate.',
  unit: 'milliseconds',
  flag: true,
});

export const admin: z.ZodType<Configuration['admin']> = section({
  enabled: leaf(flag().default(true), {
    description: 'Serve the admin API, the dashboard and the metrics.',
    flag: true,
  }),
  host: leaf(text().default('127.0.0.1'), {
    description: 'Address to listen on; any other than loopback needs a key.',
    flag: true,
  }),
  port: leaf(port().default(7901), { description: 'Port to listen on; 0 takes a free one.', flag: true }),
  secretKey: leaf(key().nullable().default(null), {
    description: 'What callers have to show.',
    defaultText: 'none',
    visibility: 'secret',
  }),
  allowedHosts: leaf(textList().default([]), {
    description: 'Host names under which it may be reached, beside its own.',
  }),
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

export const metrics: z.ZodType<Configuration['metrics']> = section({
  profile: leaf(oneOf('shardgate', 'twilight-dispatch').default('shardgate'), {
    description: 'Names of the metrics: ours, or twilight-dispatch’s beside them.',
    flag: true,
  }),
  host: leaf(text().default('127.0.0.1'), { description: 'Address of the extra listener.', flag: true }),
  port: leaf(port().nullable().default(null), {
    description: 'Port of an extra listener that serves the metrics alone, without a key.',
    defaultText: 'no extra listener',
    flag: true,
  }),
}).prefault({});

export const log: z.ZodType<Configuration['log']> = section({
  level: leaf(oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent').default('info'), {
    description: 'Least important line that is written.',
    live: true,
    flag: true,
  }),
  format: leaf(oneOf('auto', 'json', 'pretty').default('auto'), {
    description: '`json` has one object a line, `pretty` is for people, `auto` is pretty on a terminal.',
    flag: true,
  }),
}).prefault({});

export const tracing: z.ZodType<Configuration['tracing']> = section({
  enabled: leaf(flag().default(false), {
    description:
      'Start OpenTelemetry spans for connections and reshards; needs the package `@opentelemetry/api` and an SDK that Node.js loads first (`--import`).',
    flag: true,
  }),
}).prefault({});

const webhookExpected = 'expected the address of a webhook, https://discord.com/api/webhooks/<id>/<token>';

function isWebhook(value: string): boolean {
  try {
    parseWebhookUrl('', value);
    return true;
  } catch {
    return false;
  }
}

export const statusMessages: z.ZodType<Configuration['statusMessages']> = section({
  webhookUrl: leaf(z.string(webhookExpected).refine(isWebhook, webhookExpected).nullable().default(null), {
    description: 'Webhook that tells of shards that come and go.',
    defaultText: 'none',
    visibility: 'secret',
  }),
  channelId: leaf(snowflake().nullable().default(null), {
    description: 'Channel for the same; the bot must be allowed to write there. Either this or the webhook.',
    defaultText: 'none',
    flag: true,
  }),
  guilds: leaf(snowflake().nullable().default(null), {
    description: 'Channel that tells of guilds that are joined and left.',
    defaultText: 'none',
    flag: true,
  }),
  intervalMs: leaf(milliseconds(1_000, 3_600_000).default(5_000), {
    description: 'What happens within this time makes one message.',
    unit: 'milliseconds',
  }),
})
  .superRefine(({ webhookUrl, channelId }, context) => {
    if (webhookUrl === null || channelId === null) return;
    context.addIssue({
      code: 'custom',
      path: ['channelId'],
      message: 'expected either webhookUrl or channelId, not both',
    });
  })
  .prefault({});
