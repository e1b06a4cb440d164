import { defineConfig } from 'vitest/config';

const source = (name: string) => new URL(`./packages/${name}/src/index.ts`, import.meta.url).pathname;

/** In-process tests run on the sources; tests that start processes use the built files. */
const alias = {
  '@shardgate/wire': source('wire'),
  '@shardgate/rest': source('rest'),
  '@shardgate/gateway': source('gateway'),
  '@shardgate/simulator': source('simulator'),
  shardgate: source('shardgate'),
};

/** Where `.ci/run` wants the counts; unset for everyone else. */
const report = process.env['SHARDGATE_TEST_REPORT'];

export default defineConfig({
  resolve: { alias },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    dangerouslyIgnoreUnhandledErrors: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
