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
  'delivery-unix': 'Shardgate, UNIX socket',
  'delivery-websocket': 'Shardgate, WebSocket',
  'delivery-both': 'Shardgate, both',
  'delivery-durable': 'Shardgate, journalAfterMs 0',
  'delivery-http': 'Shardgate, HTTP batches',
  fetch: 'fetch for each event',
};
