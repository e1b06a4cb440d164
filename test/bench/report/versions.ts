import { readFileSync } from 'node:fs';

const PACKAGES = [
  '@shardgate/gateway',
  '@shardgate/wire',
  '@discordjs/ws',
  '@discordeno/gateway',
  'cloudstorm',
  'zlib-sync',
  'erlpack',
  'ws',
] as const;

/** Versions of what is compared, as installed. */
export function installedVersions(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    PACKAGES.map((name) => {
      const manifest = readFileSync(new URL(`../../../node_modules/${name}/package.json`, import.meta.url), 'utf8');
      return [name, (JSON.parse(manifest) as { version: string }).version];
    }),
  );
}
