import { z } from 'zod';
import { isLoopback } from '@shardgate/delivery';
import type { BrokerSinkConfiguration } from '../broker-sink-configuration.ts';
import { flag, key, leaf, milliseconds, oneOf, port, section, text, textList, wholeNumber } from './leaf.ts';
import { brokerAddress, common, type } from './part-schemas.ts';
import { asksForCertificates, clientTls, serverTls } from './tls-files.ts';

const amqpAddress = brokerAddress(/^amqps?:\/\//i, 'expected an address such as amqp://user:password@host:5672/vhost');
const redisAddress = brokerAddress(/^rediss?:\/\//i, 'expected an address such as redis://:password@host:6379/0');
const natsAddress = brokerAddress(/^(nats|tls):\/\//i, 'expected an address such as nats://user:password@host:4222');

const timeoutMs = leaf(milliseconds(1, 600_000).exactOptional(), {
  description: 'A connection or an answer that takes longer is given up.',
  unit: 'milliseconds',
  defaultText: '10,000',
});
const gaps = leaf(flag().exactOptional(), {
  description: 'Tell consumers of gaps, too.',
  defaultText: "the broker's page says",
});
const clientName = leaf(text().exactOptional(), {
  description: 'Client that the commands come from, for `commands.roles`.',
  defaultText: 'name of the broker',
});
const commandBytes = leaf(wholeNumber(1).exactOptional(), {
  description: 'Longest command that is read.',
  unit: 'bytes',
  defaultText: '16,384',
});
const underWay = leaf(wholeNumber(1).exactOptional(), {
  description: 'Commands under way at a time.',
  unit: 'commands',
  defaultText: '256',
});

const amqp: z.ZodObject = section({
  type: type('amqp'),
  ...common,
  url: amqpAddress,
  exchange: leaf(text().exactOptional(), { description: 'Topic exchange; declared.', defaultText: '`gateway`' }),
  queue: leaf(z.union([text(), z.literal(false, 'expected false')]).exactOptional(), {
    description: 'Queue that is declared and bound for all events; `false` for none.',
    defaultText: '`gateway.recv`',
  }),
  queueType: leaf(oneOf('classic', 'quorum').exactOptional(), {
    description: 'Type of that queue.',
    defaultText: '`classic`',
  }),
  maxLength: leaf(wholeNumber(1).exactOptional(), {
    description: 'Messages that the queue takes; while it is full events wait here.',
    unit: 'messages',
    defaultText: 'no limit',
  }),
  deadLetterExchange: leaf(text().exactOptional(), {
    description: 'Exchange for messages that consumers reject.',
    defaultText: 'none: they are dropped',
  }),
  bodyMembers: leaf(z.array(oneOf('s', 'shard'), "expected a list of 's' and 'shard'").exactOptional(), {
    description: 'Further members of the body.',
    defaultText: 'none',
  }),
  gaps,
  heartbeatSeconds: leaf(wholeNumber(1, 3_600).exactOptional(), {
    description: 'Time between heartbeats; a broker that is silent for two or three of them counts as gone.',
    unit: 'seconds',
    defaultText: '10',
  }),
  confirmTimeoutMs: leaf(milliseconds(1).exactOptional(), {
    description: 'A broker that confirms nothing for so long, and is not blocked, is left for a new connection.',
    unit: 'milliseconds',
    defaultText: '30,000',
  }),
  maxUnconfirmed: leaf(wholeNumber(1).exactOptional(), {
    description: "Messages that wait for the broker's confirmation.",
    unit: 'messages',
    defaultText: '10,000',
  }),
  commands: section({
    queues: leaf(textList().min(1).default(['gateway.send']), {
      description: 'Queues that commands are taken from. In a fleet also one of this process alone.',
    }),
    deadLetterQueue: leaf(text().exactOptional(), {
      description: 'Queue for commands that could not be carried out.',
      defaultText: '`gateway.send.dead`',
    }),
    prefetch: leaf(wholeNumber(2, 65_535).exactOptional(), {
      description: 'Commands under way over all shards.',
      unit: 'commands',
      defaultText: '1,000',
    }),
    client: clientName,
    maxBytes: commandBytes,
  }).exactOptional(),
}).superRefine((sink, context) => {
  if (sink.queue !== false) return;
  for (const name of ['queueType', 'maxLength', 'deadLetterExchange'] as const)
    if (sink[name] !== undefined)
      refuse(context, name, 'expected nothing: it is a property of the queue, and queue is false');
});

const listCommands = section({
  lists: leaf(textList().min(1).default(['gateway:op']), {
    description: 'Lists that commands are taken from; those in front come first.',
  }),
  deadList: leaf(text().exactOptional(), {
    description: 'List for what could not be carried out and wanted no answer.',
    defaultText: 'the first list with `:dead` behind',
  }),
  clientName,
  maxUnderWay: underWay,
  maxBytes: commandBytes,
}).exactOptional();

const redisList: z.ZodObject = section({
  type: type('redisList'),
  ...common,
  url: redisAddress,
  prefix: leaf(text().exactOptional(), {
    description: 'The list of an event is this and its name.',
    defaultText: '`gateway:events:`',
  }),
  profile: leaf(oneOf('tatsu', 'all').exactOptional(), {
    description: '`tatsu`: no READY, no RESUMED, GUILD_CREATE only for a join. `all`: every event.',
    defaultText: '`tatsu`',
  }),
  encoding: leaf(oneOf('json', 'etf').exactOptional(), {
    description: 'How `d` is written.',
    defaultText: '`json`',
  }),
  etfVersionByte: leaf(flag().exactOptional(), {
    description: 'ETF with its version byte in front.',
    defaultText: '`false`',
  }),
  envelope: leaf(flag().exactOptional(), {
    description: 'An object with `t`, `s`, `id`, `d`, `old` and more instead of `d` alone.',
    defaultText: '`false`',
  }),
  gaps,
  maxLength: leaf(wholeNumber(1).exactOptional(), {
    description: 'Elements of each list, at most.',
    unit: 'elements',
    defaultText: '1,000,000',
  }),
  whenFull: leaf(oneOf('pause', 'trim').exactOptional(), {
    description: 'At that bound: events wait here, or the oldest elements go.',
    defaultText: '`pause`',
  }),
  timeoutMs,
  commands: listCommands,
}).superRefine(({ encoding, etfVersionByte, envelope }, context) => {
  if (etfVersionByte === true && encoding !== 'etf')
    refuse(context, 'etfVersionByte', "expected false: it is for the encoding 'etf'");
  if (envelope === true && encoding === 'etf')
    refuse(context, 'envelope', "expected false: it is for the encoding 'json'");
});

const redisStream: z.ZodObject = section({
  type: type('redisStream'),
  ...common,
  url: redisAddress,
  profile: leaf(oneOf('shardgate', 'spectacles').exactOptional(), {
    description: 'A stream for each shard, or one for each event name as spec-tacles has it.',
    defaultText: '`shardgate`',
  }),
  prefix: leaf(text().exactOptional(), {
    description: 'Names of streams begin with this.',
    defaultText: '`shardgate:`',
  }),
  maxLength: leaf(wholeNumber(1).exactOptional(), {
    description: 'Entries of each stream; beyond them the oldest go, read or not. With `shardgate` only.',
    unit: 'entries',
    defaultText: '1,000,000',
  }),
  maxAgeMs: leaf(milliseconds(1_000).exactOptional(), {
    description: 'Entries older than this go. With `spectacles` only.',
    unit: 'milliseconds',
    defaultText: '3,600,000',
  }),
  gaps,
  timeoutMs,
  commands: listCommands,
}).superRefine(({ profile, maxLength, maxAgeMs }, context) => {
  const isOwn = profile !== 'spectacles';
  if (isOwn && maxAgeMs !== undefined)
    refuse(context, 'maxAgeMs', "expected nothing: it is for the profile 'spectacles'");
  if (!isOwn && maxLength !== undefined)
    refuse(context, 'maxLength', "expected nothing: it is for the profile 'shardgate'");
});

const natsCommands = section({
  subject: leaf(text().exactOptional(), {
    description: 'Subject on which commands come.',
    defaultText: '`shardgate.command`',
  }),
  queueGroup: leaf(text().exactOptional(), {
    description: 'Of several processes with the same one, one gets a command.',
    defaultText: 'none: the one that has the shard answers',
  }),
  clientName,
  maxUnderWay: underWay,
  maxBytes: commandBytes,
}).exactOptional();

const natsCommon = {
  url: natsAddress,
  prefix: leaf(text().exactOptional(), {
    description: 'Subjects are this, the event and the shard, with dots between.',
    defaultText: '`discord`',
  }),
  body: leaf(oneOf('event', 'data').exactOptional(), {
    description: 'An object with `t`, `s`, `id`, `d`, `old` and more, or `d` alone.',
    defaultText: '`event`',
  }),
  timeoutMs,
  commands: natsCommands,
};

const jetStream: z.ZodObject = section({
  type: type('jetstream'),
  ...common,
  ...natsCommon,
  stream: leaf(text().exactOptional(), {
    description: 'The stream; made when there is none.',
    defaultText: '`DISCORD`',
  }),
  storage: leaf(oneOf('file', 'memory').exactOptional(), {
    description: 'Where it keeps its messages.',
    defaultText: '`file`',
  }),
  replicas: leaf(wholeNumber(1, 5).exactOptional(), {
    description: 'Copies in a cluster.',
    unit: 'copies',
    defaultText: '1',
  }),
  maxBytes: leaf(wholeNumber(1).exactOptional(), {
    description: 'Bytes of the stream.',
    unit: 'bytes',
    defaultText: '1,073,741,824',
  }),
  maxAgeMs: leaf(wholeNumber(0).exactOptional(), {
    description: 'Age of its oldest message; 0: any.',
    unit: 'milliseconds',
    defaultText: '86,400,000',
  }),
  whenFull: leaf(oneOf('pause', 'dropOldest').exactOptional(), {
    description: 'When it is full: events wait here, or its oldest messages go.',
    defaultText: '`pause`',
  }),
  retention: leaf(oneOf('limits', 'interest', 'workqueue').exactOptional(), {
    description: 'When messages go: at the bounds, or also once consumers have them.',
    defaultText: '`limits`',
  }),
  duplicateWindowMs: leaf(milliseconds(100).exactOptional(), {
    description: 'Time in which an event that comes again is known.',
    unit: 'milliseconds',
    defaultText: '600,000',
  }),
});

const natsCore: z.ZodObject = section({ type: type('nats'), ...common, ...natsCommon });

const secretKey = (description: string): z.ZodExactOptional<z.ZodString> =>
  leaf(key().exactOptional(), { description, defaultText: 'none', visibility: 'secret' });

const grpc: z.ZodObject = section({
  type: type('grpc'),
  ...common,
  host: leaf(text().default('127.0.0.1'), {
    description: 'Address to listen on; any other than loopback needs a key, or `tls` with a `clientCaFile`.',
  }),
  port: leaf(port().default(50_051), { description: 'Port to listen on; 0 takes a free one.' }),
  tls: serverTls,
  secretKey: secretKey('The key every client has to give, as `authorization: Bearer <key>`.'),
  maxConsumers: leaf(wholeNumber(1).exactOptional(), {
    description: 'Consumers at a time.',
    unit: 'consumers',
    defaultText: '64',
  }),
  keepaliveMs: leaf(milliseconds(1_000).exactOptional(), {
    description: 'A connection that does not answer a ping for this long is cut.',
    unit: 'milliseconds',
    defaultText: '20,000',
  }),
  management: leaf(flag().default(true), {
    description: "Serve commands and tatsu's management calls on the same port.",
  }),
}).superRefine(({ host, secretKey: given, tls }, context) => {
  const knowsClients = given !== undefined || asksForCertificates(tls);
  if (!knowsClients && typeof host === 'string' && !isLoopback(host))
    refuse(context, 'secretKey', `expected a key, since other machines can reach ${host}`);
});

const grpcPush: z.ZodObject = section({
  type: type('grpcPush'),
  ...common,
  address: leaf(text(), { description: "The consumer's server, `host:port`.", defaultText: 'required' }),
  tls: clientTls,
  secretKey: secretKey('Sent with each call, as `authorization: Bearer <key>`.'),
  method: leaf(oneOf('gateway.Queue/Push', 'proto.Server/Create').exactOptional(), {
    description: "The call: tatsu's own, or that of the demo its README links to.",
    defaultText: '`gateway.Queue/Push`',
  }),
  prefix: leaf(text().exactOptional(), {
    description: 'The key of an event is this and its name.',
    defaultText: '`gateway:events:`',
  }),
  profile: leaf(oneOf('tatsu', 'all').exactOptional(), {
    description: '`tatsu`: no READY, no RESUMED, GUILD_CREATE only for a join. `all`: every event.',
    defaultText: '`tatsu`',
  }),
  encoding: leaf(oneOf('json', 'etf').exactOptional(), { description: 'How `d` is written.', defaultText: '`json`' }),
  envelope: leaf(flag().exactOptional(), {
    description: 'An object with `t`, `s`, `id`, `d`, `old` and more instead of `d` alone.',
    defaultText: '`false`',
  }),
  gaps,
  callsPerShard: leaf(wholeNumber(1).exactOptional(), {
    description:
      'Calls of one shard under way at a time; with more than one a server may see its events in another order.',
    unit: 'calls',
    defaultText: '1',
  }),
  timeoutMs: leaf(milliseconds(1, 600_000).exactOptional(), {
    description: 'A call without an answer for this long is given up.',
    unit: 'milliseconds',
    defaultText: '5,000',
  }),
});

const kafka: z.ZodObject = section({
  type: type('kafka'),
  ...common,
  servers: leaf(textList().min(1, 'expected one server or more'), {
    description: 'Brokers to begin with, `host:port`.',
    defaultText: 'required',
  }),
  topic: leaf(text().exactOptional(), { description: 'The topic; it is to exist.', defaultText: '`discord`' }),
  body: leaf(oneOf('event', 'data').exactOptional(), {
    description: 'An object with `t`, `s`, `id`, `d`, `old` and more, or `d` alone.',
    defaultText: '`event`',
  }),
  tls: leaf(flag().default(false), { description: 'Connect by TLS.' }),
  mechanism: leaf(oneOf('plain', 'scram-sha-256', 'scram-sha-512').exactOptional(), {
    description: 'How to log in, with `username` and `password`.',
    defaultText: 'no login',
  }),
  username: leaf(text().exactOptional(), { description: 'Name to log in with.', defaultText: 'none' }),
  password: leaf(text().exactOptional(), {
    description: 'Password to log in with.',
    defaultText: 'none',
    visibility: 'secret',
  }),
  timeoutMs,
}).superRefine(({ mechanism, username, password }, context) => {
  const given = [mechanism, username, password].filter((one) => one !== undefined).length;
  if (given > 0 && given < 3)
    refuse(context, 'mechanism', 'expected mechanism, username and password, or none of them');
});

/** Tells of a value that does not go with another one. */
function refuse(context: z.RefinementCtx, name: string, message: string): void {
  context.addIssue({ code: 'custom', path: [name], message });
}

/** Sinks that hand over to brokers and by gRPC, in the order of the page. */
export const brokerSinkTypes: Readonly<Record<BrokerSinkConfiguration['type'], z.ZodObject>> = {
  amqp,
  redisList,
  redisStream,
  jetstream: jetStream,
  nats: natsCore,
  grpc,
  grpcPush,
  kafka,
};
