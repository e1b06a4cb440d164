import { defineConfig } from 'vitest/config';

const source = (name: string, subpath = '') =>
  new URL(`./packages/${name}/src/${subpath}index.ts`, import.meta.url).pathname;

/** In-process tests run on the sources; tests that start processes use the built files. */
const alias = {
  '@shardgate/wire': source('wire'),
  '@shardgate/rest': source('rest'),
  '@shardgate/gateway': source('gateway'),
  '@shardgate/delivery': source('delivery'),
  '@shardgate/brokers/amqp': source('brokers', 'amqp/'),
  '@shardgate/brokers/redis': source('brokers', 'redis/'),
  '@shardgate/brokers/nats': source('brokers', 'nats/'),
  '@shardgate/brokers/grpc': source('brokers', 'grpc/'),
  '@shardgate/brokers/kafka': source('brokers', 'kafka/'),
  '@shardgate/state/lmdb': source('state', 'lmdb/'),
  '@shardgate/state/redis': source('state', 'redis/'),
  '@shardgate/state/postgres': source('state', 'postgres/'),
  '@shardgate/state/reader': source('state', 'reader/'),
  '@shardgate/state/api': source('state', 'api/'),
  '@shardgate/state': source('state'),
  '@shardgate/client': source('client'),
  '@shardgate/simulator': source('simulator'),
  shardgate: source('shardgate'),
};

/** Where `.ci/run` wants the counts; unset for everyone else. */
const report = process.env['SHARDGATE_TEST_REPORT'];

/** Besides JSON with what each bed takes by default, the shard suite runs once for each other way to speak. */
const WIRES = [
  'json/none',
  'json/payload',
  'json/zstd-stream',
  'etf/none',
  'etf/zlib-stream',
  'etf/zstd-stream',
] as const;

/** What a shard does; everything here takes its wire format from a bed. */
const SHARD_SUITE = [
  'packages/gateway/test/{delivery,overrides,spawn}.test.ts',
  'test/faults/{discord,network,peers}*.test.ts',
  'test/simulation/*.test.ts',
];
/** Damage to one wire format of their own choice, and long ones above the wire. */
const OF_ONE_WIRE = [
  'test/faults/{discord-frames*,peers-wire,network-tls}.test.ts',
  'test/simulation/{delivery,reshard*}.test.ts',
];

export default defineConfig({
  resolve: { alias },
  test: {
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    dangerouslyIgnoreUnhandledErrors: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'main', include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'] } },
      ...WIRES.map((wire) => ({
        extends: true as const,
        test: {
          name: wire,
          include: SHARD_SUITE,
          exclude: OF_ONE_WIRE,
          // The main run takes the other seeds.
          env: { SHARDGATE_TEST_WIRE: wire, SHARDGATE_SEEDS: process.env['SHARDGATE_SEEDS'] ?? '40' },
        },
      })),
    ],
  },
});
