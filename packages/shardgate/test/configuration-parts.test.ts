import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAmqpSink } from '@shardgate/brokers/amqp';
import { createCoreNatsSink, createJetStreamSink } from '@shardgate/brokers/nats';
import { createRedisListSink, createRedisStreamSink } from '@shardgate/brokers/redis';
import {
  createAssystSink,
  createCommandIntake,
  createDelivery,
  createHttpSink,
  createJournal,
  createStdioSink,
  createUnixSink,
  createWebSocketSink,
} from '@shardgate/delivery';
import { createGatewayManager, Intents } from '@shardgate/gateway';
import { expect, it, onTestFinished } from 'vitest';
import { createSelfSigned } from '../../../test/beds/certificate.ts';
import { defineConfiguration } from '../src/configuration/define-configuration.ts';
import { hideSecrets, partOptions } from '../src/configuration/protect-secrets.ts';
import type { SinkConfiguration } from '../src/configuration/sink-configuration.ts';
import { createSink as createSinkOf } from '../src/service/create-sinks.ts';
import { createStore } from '../src/service/create-stores.ts';
import { errorOf, load, TOKEN } from './configuration-folder.ts';

function createSink(sink: SinkConfiguration) {
  switch (sink.type) {
    case 'websocket':
      return createWebSocketSink(partOptions(sink));
    case 'unix':
      return createUnixSink(partOptions(sink));
    case 'http':
      return createHttpSink(partOptions(sink));
    case 'assyst':
      return createAssystSink(partOptions(sink));
    case 'amqp':
      return createAmqpSink(partOptions(sink));
    case 'redisList':
      return createRedisListSink(partOptions(sink));
    case 'redisStream':
      return createRedisStreamSink(partOptions(sink));
    case 'jetstream':
      return createJetStreamSink(partOptions(sink));
    case 'nats':
      return createCoreNatsSink(partOptions(sink));
    case 'grpc':
    case 'grpcPush':
    case 'kafka':
      return createSinkOf(sink, {
        intake: { execute: async () => null },
        gateway: createGatewayManager({ token: TOKEN }),
      });
    default:
      return createStdioSink(partOptions(sink));
  }
}

it('what a sink’s factory needs of it is all there, keys included, and nothing else', async () => {
  const sinks = [
    {
      type: 'websocket',
      name: 'a',
      host: '0.0.0.0',
      port: 0,
      secretKey: 'key',
      window: { events: 4 },
      pingIntervalMs: 9,
    },
    { type: 'unix', name: 'b', path: '/tmp/shardgate.sock', secretKey: 'key', maxClients: 1 },
    { type: 'http', name: 'c', urls: ['http://localhost:1'], secretKey: 'key', signingKey: 'key', format: 'batch' },
    { type: 'assyst', name: 'd' },
    { type: 'stdout', name: 'e', events: ['READY'], required: false },
    {
      type: 'amqp',
      name: 'f',
      url: 'amqp://u:p@localhost',
      exchange: 'x',
      queue: 'q',
      queueType: 'quorum',
      maxLength: 9,
      deadLetterExchange: 'd',
      bodyMembers: ['s'],
      gaps: true,
      heartbeatSeconds: 9,
      confirmTimeoutMs: 9,
      maxUnconfirmed: 9,
      commands: { queues: ['c'] },
    },
    {
      type: 'redisList',
      name: 'g',
      url: 'redis://localhost',
      prefix: 'p',
      profile: 'all',
      encoding: 'etf',
      etfVersionByte: true,
      envelope: false,
      gaps: true,
      maxLength: 9,
      whenFull: 'trim',
      timeoutMs: 9,
    },
    { type: 'redisStream', name: 'h', url: 'redis://localhost', profile: 'spectacles', prefix: 'p', maxAgeMs: 1_000 },
    {
      type: 'jetstream',
      name: 'i',
      url: 'nats://localhost',
      stream: 'S',
      prefix: 'p',
      body: 'data',
      storage: 'memory',
      replicas: 1,
      maxBytes: 9,
      maxAgeMs: 9,
      whenFull: 'dropOldest',
      retention: 'interest',
      duplicateWindowMs: 100,
    },
    { type: 'grpc', name: 'k', host: '0.0.0.0', port: 0, secretKey: 'k', maxConsumers: 1, keepaliveMs: 1_000 },
    { type: 'grpcPush', name: 'l', address: 'a:1', secretKey: 'k', prefix: 'p', profile: 'all', encoding: 'etf' },
    {
      type: 'kafka',
      name: 'm',
      servers: ['a:1'],
      topic: 't',
      body: 'data',
      tls: true,
      mechanism: 'plain',
      username: 'u',
      password: 'p',
    },
    { type: 'nats', name: 'j', url: 'nats://localhost', prefix: 'p', body: 'data', commands: {} },
  ];
  const { configuration } = await load({ 'shardgate.config.json': JSON.stringify({ sinks }) });
  // The WebSocket sink throws off loopback when its key has gone astray.
  expect(configuration.sinks.map(createSink).map(({ name }) => name)).toEqual('abcdefghiklmj'.split(''));
  expect(configuration.sinks[1] && partOptions(configuration.sinks[1])).toEqual({
    name: 'b',
    path: '/tmp/shardgate.sock',
    secretKey: 'key',
    maxClients: 1,
  });
});

it('a sink’s TLS is what is in the files, and a file that is not there is named with its setting', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shardgate-tls-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { cert, key } = createSelfSigned({ host: 'localhost' });
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await writeFile(certFile, cert);
  await writeFile(keyFile, key);
  const sinkWith = async (given: object) => {
    const text = JSON.stringify({ sinks: [{ name: 'a', ...given }] });
    const { configuration } = await load({ 'shardgate.config.json': text });
    return configuration.sinks.map(createSink);
  };
  const server = { type: 'grpc', host: '0.0.0.0', tls: { certFile, keyFile, clientCaFile: certFile } };
  // Off loopback it throws when the authority of its clients has gone astray.
  expect(await sinkWith(server)).toHaveLength(1);
  const client = { type: 'grpcPush', address: 'a:1', tls: { caFile: certFile, certFile, keyFile, serverName: 'b' } };
  expect(await sinkWith(client)).toHaveLength(1);
  expect(await sinkWith({ ...client, tls: {} })).toHaveLength(1);
  const gone = join(folder, 'gone.pem');
  await expect(sinkWith({ ...server, tls: { ...server.tls, certFile: gone } })).rejects.toThrow(
    `sinks.a.tls.certFile: ${gone} cannot be read (ENOENT)`,
  );
  await expect(sinkWith({ ...client, tls: { caFile: keyFile.replace('key', 'no') } })).rejects.toThrow('tls.caFile');
});

it('what a store’s factory needs of it is all there, its address included, and nothing else', async () => {
  const stores = [
    { type: 'memory', name: 'a', path: 'a.txt' },
    { type: 'lmdb', name: 'b', path: 'b' },
    {
      type: 'redis',
      name: 'c',
      url: { env: 'CACHE' },
      channelKeys: 'both',
      nativeExpiry: true,
      informationKeys: false,
    },
    { type: 'postgres', name: 'd', url: 'postgres://u:planted@db/x', schema: 's', readConnections: 4 },
  ];
  const { configuration } = await load(
    { 'shardgate.config.json': JSON.stringify({ state: { stores } }) },
    { env: { DISCORD_TOKEN: TOKEN, CACHE: 'redis://:planted@cache' } },
  );
  expect(configuration.state.stores.map((store) => createStore(store, '/tmp')).map(({ name }) => name)).toEqual(
    'abcd'.split(''),
  );
  expect(configuration.state.stores[2] && partOptions(configuration.state.stores[2])).toEqual({
    name: 'c',
    url: 'redis://:planted@cache',
    channelKeys: 'both',
    nativeExpiry: true,
  });
  expect(JSON.stringify([configuration, hideSecrets(configuration)])).not.toContain('planted');
  expect(hideSecrets(configuration)).toMatchObject({
    state: { stores: [{}, {}, { url: '(hidden)' }, { url: '(hidden)' }] },
  });
});

it('fields, the queue and keys without a cache are set in the file or by variables', async () => {
  const state = {
    fields: { guild: { pick: ['id', 'name'] } },
    stores: [{ type: 'redis', url: 'redis://cache', informationKeys: 'always' }],
  };
  const { configuration } = await load(
    { 'shardgate.config.json': JSON.stringify({ state }) },
    {
      env: {
        DISCORD_TOKEN: TOKEN,
        SHARDGATE_STATE_FIELDS_MEMBER: '{"omit":["banner","avatar"]}',
        SHARDGATE_STATE_MAX_QUEUED_OPERATIONS: '5000',
      },
    },
  );
  expect(configuration.state).toMatchObject({
    fields: { guild: { pick: ['id', 'name'] }, member: { omit: ['banner', 'avatar'] }, role: null },
    maxQueuedOperations: 5_000,
    stores: [{ informationKeys: 'always' }],
  });
  const wrong = {
    fields: { guild: { pick: ['id'], omit: ['name'] }, member: ['banner'] },
    maxQueuedOperations: 10,
    stores: [{ type: 'redis', url: 'rediss://cache', informationKeys: 'never', tls: { certFile: 'a.pem' } }],
  };
  const error = await errorOf(
    load(
      { 'shardgate.config.json': JSON.stringify({ state: wrong }) },
      { env: { DISCORD_TOKEN: TOKEN, SHARDGATE_STATE_FIELDS_ROLE: '{pick}' } },
    ),
  );
  expect(error.mistakes.map(({ path, expected }) => `${path}: ${expected}`)).toEqual([
    'state.fields.role: an object as JSON',
    'state.stores.0.tls.keyFile: both certFile and keyFile, or neither',
    "state.stores.0.informationKeys: true, false or 'always'",
    "state.fields.guild: { pick: ['id', …] } or { omit: ['banner', …] }",
    "state.fields.member: { pick: ['id', …] } or { omit: ['banner', …] }",
    'state.maxQueuedOperations: a whole number of 1000 or more',
  ]);
});

it('our defaults are those of the parts', async () => {
  const { configuration } = await load({});
  const { shards, filters, delivery, journal, interactions, commands, token, intents, events } = configuration;
  const gateway = createGatewayManager({ token, intents, ignoreEvents: events.ignore });
  expect({
    spawnDelayMs: gateway.spawnShardDelay,
    encoding: gateway.encoding,
    compression: gateway.compression,
    resume: gateway.resumeSessions,
    connectsPerSecond: gateway.connectsPerSecond,
    filters: gateway.filters,
    apiUrl: gateway.apiUrl,
  }).toEqual({
    spawnDelayMs: shards.spawnDelayMs,
    encoding: shards.encoding,
    compression: shards.compression,
    resume: shards.resume,
    connectsPerSecond: shards.connectsPerSecond,
    filters,
    apiUrl: configuration.apiUrl,
  });
  const made = createDelivery({ sinks: [createStdioSink({ name: 'a' })] });
  expect(made).toMatchObject({
    ...delivery,
    journalAfterMs: journal.afterMs,
    interactions: { maxAgeMs: interactions.maxAgeMs, answerAfterMs: interactions.answerAfterMs },
  });
  // Bounds that the parts have as well: what passes here must pass there.
  createJournal({
    path: '/nowhere',
    sinks: ['a'],
    maxBytes: 2 ** 20,
    maxAgeMs: 1_000,
    durability: 'os',
    overflow: 'dropNewest',
  });
  const { maxQueued, maxQueuedPerClient, maxMemberRequests, chunkTimeoutMs } = commands;
  createCommandIntake({ gateway, maxQueued, maxQueuedPerClient, maxMemberRequests, chunkTimeoutMs }).close();
});

it('default intents are all that need no permission', async () => {
  const { intents } = (await load({})).configuration;
  const bits = (name: keyof typeof Intents): number => intents & Intents[name];
  expect([bits('GuildMembers'), bits('GuildPresences'), bits('MessageContent')]).toEqual([0, 0, 0]);
  expect([bits('Guilds'), bits('GuildMessages'), bits('DirectMessagePolls')]).not.toContain(0);
});

it('a configuration file is typed', () => {
  const given = { intents: ['Guilds', 'GUILD_MESSAGES'], token: { file: '/run/token' } } as const;
  expect(defineConfiguration(given)).toBe(given);
  defineConfiguration(({ env }) => ({ folder: env['STATE'], sinks: [{ type: 'unix', name: 'a', path: '/run/a' }] }));
  defineConfiguration({ state: { stores: [{ type: 'redis', url: { env: 'REDIS_URL' } }, { type: 'lmdb' }] } });
  // @ts-expect-error a Redis has an address
  defineConfiguration({ state: { stores: [{ type: 'redis' }] } });
  // @ts-expect-error no such status
  defineConfiguration({ presence: { status: 'away' } });
  // @ts-expect-error no such setting
  defineConfiguration({ shards: { totla: 4 } });
  // @ts-expect-error an http sink has no port
  defineConfiguration({ sinks: [{ type: 'http', name: 'a', port: 1 }] });
  // @ts-expect-error a sink has a name
  defineConfiguration({ sinks: [{ type: 'stdout' }] });
});
