import { z } from 'zod';
import type { Configuration } from '../configuration.ts';
import { isLoopback } from '@shardgate/delivery';
import { brokerSinkTypes } from './broker-sinks.ts';
import {
  flag,
  key,
  leaf,
  milliseconds,
  oneOf,
  port,
  section,
  text,
  textList,
  webAddress,
  wholeNumber,
} from './leaf.ts';
import { common, type } from './part-schemas.ts';

const secretKey = leaf(key().exactOptional(), {
  description: 'The key every client has to give.',
  defaultText: 'none',
  visibility: 'secret',
});

/** Options that both stream sinks have; without a value the sink's own default holds. */
const stream = {
  window: section({
    events: leaf(wholeNumber(1).exactOptional(), {
      description: 'Events sent to one client and not acknowledged.',
      unit: 'events',
      defaultText: '4,096',
    }),
    bytes: leaf(wholeNumber(1_024).exactOptional(), {
      description: 'The same in bytes.',
      unit: 'bytes',
      defaultText: '4,194,304',
    }),
  }).exactOptional(),
  maxClients: leaf(wholeNumber(1).exactOptional(), {
    description: 'Clients at a time.',
    unit: 'clients',
    defaultText: '64',
  }),
  ackTimeoutMs: leaf(milliseconds(1, 86_400_000).exactOptional(), {
    description: 'A client that owes an acknowledgement and gives none for this long is disconnected.',
    unit: 'milliseconds',
    defaultText: '30,000',
  }),
  pingIntervalMs: leaf(milliseconds(1, 86_400_000).exactOptional(), {
    description: 'How often clients are asked to send a ping.',
    unit: 'milliseconds',
    defaultText: '15,000',
  }),
  silenceTimeoutMs: leaf(milliseconds(1, 86_400_000).exactOptional(), {
    description: 'A client of which nothing was heard for this long is disconnected.',
    unit: 'milliseconds',
    defaultText: '45,000',
  }),
  maxMessageBytes: leaf(wholeNumber(1_024, 16 * 2 ** 20).exactOptional(), {
    description: 'Longest message of a client.',
    unit: 'bytes',
    defaultText: '65,536',
  }),
};

const websocket = section({
  type: type('websocket'),
  ...common,
  host: leaf(text().default('127.0.0.1'), {
    description: 'Address to listen on; any other than loopback needs a key.',
  }),
  port: leaf(port().default(7900), { description: 'Port to listen on; 0 takes a free one.' }),
  path: leaf(
    text()
      .regex(/^\/[^?#\s]*$/, 'expected a path such as "/events"')
      .default('/'),
    { description: 'Path of the endpoint.' },
  ),
  secretKey,
  allowedHosts: leaf(textList().default([]), {
    description: 'Host names of this machine by which local clients may call, beside `localhost`.',
  }),
  allowedOrigins: leaf(textList().default([]), { description: 'Web pages that may connect, by their `Origin`.' }),
  ...stream,
}).superRefine((sink, context) => {
  if (sink.secretKey === undefined && !isLoopback(sink.host))
    context.addIssue({
      code: 'custom',
      path: ['secretKey'],
      message: `expected a key, since other machines can reach ${sink.host}`,
    });
  tellSilence(sink, context);
});

const unix = section({
  type: type('unix'),
  ...common,
  path: leaf(text(), { description: 'Path of the socket; its folder has to exist.', defaultText: 'required' }),
  secretKey,
  ...stream,
}).superRefine(tellSilence);

function tellSilence(
  {
    pingIntervalMs = 15_000,
    silenceTimeoutMs = 45_000,
  }: { pingIntervalMs?: number | undefined; silenceTimeoutMs?: number | undefined },
  context: z.RefinementCtx,
): void {
  if (pingIntervalMs < silenceTimeoutMs) return;
  const message = `expected less than silenceTimeoutMs, which is ${silenceTimeoutMs}`;
  context.addIssue({ code: 'custom', path: ['pingIntervalMs'], message });
}

const http = section({
  type: type('http'),
  ...common,
  url: leaf(webAddress().exactOptional(), {
    description: 'Address of the consumer; either this or `urls`.',
    defaultText: 'none',
    visibility: 'webhook',
  }),
  urls: leaf(
    z.array(webAddress(), 'expected a list of addresses').min(1, 'expected one address or more').exactOptional(),
    {
      description: "Several consumers: a shard's events all go to one of them.",
      defaultText: 'none',
      visibility: 'webhook',
    },
  ),
  secretKey: leaf(key().exactOptional(), {
    description: 'Sent as `Authorization`, just as it is.',
    defaultText: 'none',
    visibility: 'secret',
  }),
  signingKey: leaf(key().exactOptional(), {
    description: 'Signs each request.',
    defaultText: 'none',
    visibility: 'secret',
  }),
  format: leaf(oneOf('event', 'batch').default('event'), {
    description: 'One event a request, or a batch as lines of JSON.',
  }),
  gaps: leaf(flag().default(false), { description: 'Send gaps too with `event`; batches always have them.' }),
  timeoutMs: leaf(milliseconds(1, 600_000).exactOptional(), {
    description: 'Time limit of one request.',
    unit: 'milliseconds',
    defaultText: '30,000',
  }),
  connections: leaf(wholeNumber(1, 65_535).exactOptional(), {
    description: 'Connections to each address, at most.',
    unit: 'connections',
    defaultText: '64',
  }),
}).superRefine(({ url, urls, gaps, format }, context) => {
  if ((url === undefined) === (urls === undefined))
    context.addIssue({ code: 'custom', path: ['url'], message: 'expected either url or urls' });
  if (gaps && format === 'batch')
    context.addIssue({
      code: 'custom',
      path: ['gaps'],
      message: "expected false with the format 'batch', which always has gaps",
    });
});

const assyst = section({
  type: type('assyst'),
  ...common,
  path: leaf(text().exactOptional(), {
    description: "The socket's file.",
    defaultText: '`assyst2-gateway-com` in the folder for temporary files',
  }),
});

const stdio = section({ type: type('stdout'), ...common });

/** What each type of sink may have, in the order of the page. */
export const sinkTypes: Readonly<Record<Configuration['sinks'][number]['type'], z.ZodObject>> = {
  websocket,
  unix,
  http,
  assyst,
  stdout: stdio,
  ...brokerSinkTypes,
};

const types = Object.keys(sinkTypes)
  .map((name) => `'${name}'`)
  .join(', ');

const one = z.discriminatedUnion('type', Object.values(sinkTypes) as [z.ZodObject, ...z.ZodObject[]], {
  error: ({ input }) =>
    typeof input === 'object' ? `expected a type of sink: ${types}` : `expected an object with type and name`,
});

// The type is made from this schema and compared with it by a test: it cannot be another one.
export const sinks = leaf(
  z
    .array(one, 'expected a list of sinks')
    .min(1, 'expected one sink or more')
    .superRefine((given, context) => {
      given.forEach(({ name }, index) => {
        if (given.findIndex((other) => other.name === name) === index) return;
        context.addIssue({ code: 'custom', path: [index, 'name'], message: 'expected a name that no other sink has' });
      });
    })
    .prefault([{ type: 'websocket', name: 'events' }]),
  {
    description: 'Where events go; each has a type and a name.',
    defaultText: 'a WebSocket named `events` on 127.0.0.1:7900',
  },
) as z.ZodType as z.ZodType<Configuration['sinks']>;
