// Writes until the system lets it have no more, waits until it does again, and ends. Started with the built files, under `ulimit -f`.
import { setTimeout as pause } from 'node:timers/promises';
import { createMemoryStore, createState, ownedRef } from '../../dist/index.js';
import { createLmdbStore } from '../../dist/lmdb/index.js';

const [path, guild] = process.argv.slice(2);
const { clock } = createState({ stores: [createMemoryStore()] });
const store = createLmdbStore({ path, flushMs: 20, maxPendingCharacters: 400_000 });
await store.open({ clock, ttlMs: {}, messagesPerChannel: undefined });
let written = 0;

function write() {
  const ref = ownedRef('member', guild, String(written + 1));
  store.apply([{ op: 'put', ref, value: JSON.stringify({ x: 'x'.repeat(1_000) }), ifAbsent: false, tellOld: false }]);
  written++;
}

let refused;
while (refused === undefined) {
  try {
    write();
  } catch (error) {
    refused = error.message;
  }
  await pause(1);
}
const found = store.list({ kind: 'member', guildId: guild }).length;
console.log(JSON.stringify({ written, found, refused, ...store.status() }));
while (!store.status().isReady) await pause(20);
write();
await store.close();
console.log(JSON.stringify({ written }));
