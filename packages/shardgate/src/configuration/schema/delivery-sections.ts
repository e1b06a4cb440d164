import { z } from 'zod';
import type { Configuration } from '../configuration.ts';
import { isLoopback } from '@shardgate/delivery';
import { flag, key, leaf, milliseconds, oneOf, port, section, text, textList, wholeNumber } from './leaf.ts';

const MIB = 2 ** 20;

const pemFile = (description: string, defaultText: string): z.ZodDefault<z.ZodNullable<z.ZodString>> =>
  leaf(text().nullable().default(null), { description, defaultText });

export const folder: z.ZodType<string> = leaf(text().default('.shardgate'), {
  description: 'Folder of the state: journal, sessions, count of identifies. Made when missing, for the owner alone.',
  flag: true,
});

export const journal: z.ZodType<Configuration['journal']> = section({
  enabled: leaf(flag().default(true), {
    description:
      'Keep what no consumer has acknowledged on disk. Without it only memory does, and a full memory halts the shards.',
    flag: true,
  }),
  maxBytes: leaf(wholeNumber(MIB).default(4_096 * MIB), {
    description: 'Bound of all segments together.',
    unit: 'bytes',
    flag: true,
  }),
  maxAgeMs: leaf(wholeNumber(1_000).nullable().default(null), {
    description: 'Bound of the age of what waits.',
    unit: 'milliseconds',
    defaultText: 'none',
    flag: true,
  }),
  overflow: leaf(oneOf('pause', 'dropOldest', 'dropNewest').default('pause'), {
    description: 'What a full journal does: halt the shards, or drop events, which consumers are told as a gap.',
    flag: true,
  }),
  afterMs: leaf(milliseconds(0).default(250), {
    description: 'Events unacknowledged for longer than this go to the journal. 0: all of them, at once.',
    unit: 'milliseconds',
    flag: true,
  }),
  durability: leaf(oneOf('sync', 'os').default('sync'), {
    description:
      '`sync` waits for the disk, `os` for the operating system alone: a power cut may then lose events, a crash of the process not.',
  }),
}).prefault({});

export const delivery: z.ZodType<Configuration['delivery']> = section({
  window: section({
    events: leaf(wholeNumber(1).default(1_024), { description: 'Events that one lane has under way.', unit: 'events' }),
    bytes: leaf(wholeNumber(1).default(4 * MIB), { description: 'Bytes that one lane has under way.', unit: 'bytes' }),
  }).prefault({}),
  batch: section({
    events: leaf(wholeNumber(1).default(256), { description: 'Events of one batch, at most.', unit: 'events' }),
    bytes: leaf(wholeNumber(1).default(256 * 1024), { description: 'Bytes of one batch, at most.', unit: 'bytes' }),
  }).prefault({}),
  gatherMs: leaf(milliseconds(0).default(5), {
    description: 'Least time from one look at new events to the next. 0: after each tick.',
    unit: 'milliseconds',
  }),
  maxMemoryBytes: leaf(wholeNumber(1).default(16 * MIB), {
    description: 'Bytes of events in memory over all shards; beyond it the oldest are only in the journal.',
    unit: 'bytes',
  }),
  ackTimeoutMs: leaf(milliseconds(1).default(30_000), {
    description: 'Time in which a batch must be acknowledged, before it is sent again.',
    unit: 'milliseconds',
  }),
  maxDeliveries: leaf(wholeNumber(1).default(20), {
    description: 'How often an event that is refused alone is tried before it becomes a dead letter.',
    unit: 'tries',
  }),
}).prefault({});

export const deadLetters: z.ZodType<Configuration['deadLetters']> = section({
  path: leaf(text().default('dead-letters.jsonl'), {
    description: 'File of the events that a consumer refused; relative to the state folder.',
  }),
}).prefault({});

export const commands: z.ZodType<Configuration['commands']> = section({
  roles: leaf(
    z.array(oneOf('events', 'commands', 'admin'), 'expected a list of roles').default(['events', 'commands']),
    {
      description:
        'What clients may ask for: `events` shards and their state, `commands` that and sending to Discord, `admin` also reconnects.',
    },
  ),
  maxQueuedPerClient: leaf(wholeNumber(1).default(1_000), {
    description: 'Commands of one client that may wait, over all shards.',
    unit: 'commands',
  }),
  maxQueued: leaf(wholeNumber(1).default(10_000), {
    description: 'Commands of all clients that may wait.',
    unit: 'commands',
  }),
  maxMemberRequests: leaf(wholeNumber(1).default(1_000), {
    description: 'Member requests of all clients that may wait for their answer.',
    unit: 'requests',
  }),
  chunkTimeoutMs: leaf(milliseconds(1).default(30_000), {
    description: 'Time without a chunk after which a member request fails.',
    unit: 'milliseconds',
  }),
  http: section({
    enabled: leaf(flag().default(false), { description: 'Take commands over HTTP as well; needs a key.', flag: true }),
    host: leaf(text().default('127.0.0.1'), { description: 'Address to listen on.', flag: true }),
    port: leaf(port().default(7902), { description: 'Port to listen on; 0 takes a free one.', flag: true }),
    secretKey: leaf(key().nullable().default(null), {
      description: 'What clients have to show.',
      defaultText: 'none',
      visibility: 'secret',
    }),
    allowedHosts: leaf(textList().default([]), {
      description: 'Host names under which clients may reach it.',
      defaultText: "this machine's own on loopback, else any",
    }),
  })
    .superRefine(({ enabled, secretKey }, context) => {
      if (!enabled || secretKey !== null) return;
      context.addIssue({
        code: 'custom',
        path: ['secretKey'],
        message: 'expected a key, since commands.http is enabled',
      });
    })
    .prefault({}),
  grpc: section({
    enabled: leaf(flag().default(false), {
      description: "Serve commands and tatsu's management calls by gRPC, on a port of their own.",
      flag: true,
    }),
    host: leaf(text().default('127.0.0.1'), {
      description: 'Address to listen on; any other than loopback needs a key, or a `clientCaFile`.',
      flag: true,
    }),
    port: leaf(port().default(50_052), { description: 'Port to listen on; 0 takes a free one.', flag: true }),
    secretKey: leaf(key().nullable().default(null), {
      description: 'What clients have to show, as `authorization: Bearer <key>`.',
      defaultText: 'none',
      visibility: 'secret',
    }),
    certFile: pemFile('File of the certificate and those above it, PEM; read at the start.', 'none: without TLS'),
    keyFile: pemFile('File of its private key, PEM.', 'none'),
    clientCaFile: pemFile('File of the authority that clients need a certificate of, PEM.', 'clients need none'),
  })
    .superRefine(({ enabled, host, secretKey, certFile, keyFile, clientCaFile }, context) => {
      const refuse = (name: string, message: string): void =>
        context.addIssue({ code: 'custom', path: [name], message });
      if (enabled && secretKey === null && clientCaFile === null && !isLoopback(host))
        refuse('secretKey', `expected a key, since other machines can reach ${host}`);
      if (certFile !== null && keyFile === null) refuse('keyFile', 'expected a file, since there is a certFile');
      for (const [name, file] of Object.entries({ keyFile, clientCaFile }))
        if (certFile === null && file !== null) refuse('certFile', `expected a file, since there is a ${name}`);
    })
    .prefault({}),
}).prefault({});

export const interactions: z.ZodType<Configuration['interactions']> = section({
  defer: leaf(flag().default(false), {
    description: 'Defer interactions through REST while no consumer answers, so that users see “thinking…”.',
    flag: true,
  }),
  ephemeral: leaf(flag().default(true), { description: 'Deferred answers are for the user only.' }),
  answerAfterMs: leaf(milliseconds(0).default(1_500), {
    description:
      'Time without an acknowledgement after which an interaction is deferred. Discord waits three seconds in all.',
    unit: 'milliseconds',
  }),
  maxAgeMs: leaf(milliseconds(1).default(900_000), {
    description: 'Age at which an interaction is no longer handed over; consumers are told a gap.',
    unit: 'milliseconds',
  }),
}).prefault({});
