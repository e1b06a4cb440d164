import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../house/repository.ts';

/** Where the documents the project started from are kept, beside the repository; not everybody has them. */
const SEEDS = join(root, '../shared/seeds');

/** The tutorial we promised to run: its `ts` blocks in order, undefined where the document is not there. */
export function seedTutorialBlocks(): readonly string[] | undefined {
  if (!existsSync(SEEDS)) return undefined;
  const name = readdirSync(SEEDS).find((file) => file.startsWith('002'));
  if (name === undefined) return undefined;
  const text = readFileSync(join(SEEDS, name), 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = '']) => code);
}

const IMPORT_LINE = /^import .*$\n?/gm;

/**
 * The seed's snippets as one program. Every line is the seed's own, except that its import lines are ours and that
 * two snippets need a place to stand: the first declares `rest` like the second does, so it stands in a block; the fifth is one property of the
 * third's options, so it stands in a call of its own.
 */
export function assembleSeedTutorial(blocks: readonly string[]): string {
  const [
    firstRest = '',
    restAndData = '',
    manager = '',
    heartbeat = '',
    handler = '',
    spawn = '',
    workers = '',
    ...more
  ] = blocks;
  if (workers === '' || more.length > 0) throw new Error(`the seed has ${blocks.length} snippets, 7 were expected`);
  return [
    `import { BASE_URL, createGatewayManager, createRestManager, endpoints } from './deps.ts';`,
    `import {`,
    `  DISCORD_TOKEN, EVENT_HANDLER_PORT, EVENT_HANDLER_SECRET_KEY, EVENT_HANDLER_URL, REST_AUTHORIZATION, REST_PORT,`,
    `} from './configs.ts';`,
    `console.log('base', BASE_URL);`,
    `{\n${firstRest.replace(IMPORT_LINE, '')}}`,
    restAndData,
    manager,
    heartbeat,
    `createGatewayManager({ token: DISCORD_TOKEN,\n${handler}});`,
    spawn,
    workers,
  ].join('\n');
}

/** What the tutorial calls its configuration, read from the environment. */
export const CONFIGS = ['DISCORD_TOKEN', 'EVENT_HANDLER_SECRET_KEY', 'EVENT_HANDLER_URL', 'REST_AUTHORIZATION']
  .map((name) => `export const ${name}: string = process.env['${name}'] ?? '';`)
  .concat(
    ['REST_PORT', 'EVENT_HANDLER_PORT'].map((name) => `export const ${name}: number = Number(process.env['${name}']);`),
  )
  .join('\n');

/** The seed's `deps.ts`: what it imports from the library. */
export const DEPS = `export { BASE_URL, createGatewayManager, createRestManager, endpoints } from 'shardgate';`;
