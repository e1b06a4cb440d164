import type { SubjectName } from '../runner/cell.ts';

/** What the programs are called on the page. */
export const SUBJECT_NAMES: Readonly<Record<SubjectName, string>> = {
  shardgate: 'Shardgate',
  wire: '@shardgate/wire alone',
  floor: 'floor',
  cloudstorm: 'cloudstorm',
  'discordjs-ws': '@discordjs/ws, zlib-sync',
  'discordjs-ws-native': '@discordjs/ws, node:zlib',
  discordeno: '@discordeno/gateway',
};
