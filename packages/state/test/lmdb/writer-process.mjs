// Writes until it is killed, and tells its parent each 20 ms how far it is. Started with the built files.
import { createMemoryStore, createState, guildRef, ownedRef } from '../../dist/index.js';
import { createLmdbStore } from '../../dist/lmdb/index.js';

const [path, guild, other] = process.argv.slice(2);
const { clock } = createState({ stores: [createMemoryStore()] });
const store = createLmdbStore({ path });
await store.open({ clock, ttlMs: {}, messagesPerChannel: undefined });
const put = (ref, value) => ({ op: 'put', ref, value: JSON.stringify(value), ifAbsent: false, tellOld: true });
const KEPT = 500;
let step = JSON.parse(store.get(guildRef(guild)) ?? '{"step":0}').step;

function write() {
  for (let i = 0; i < 50; i++) {
    step++;
    const operations = [
      put(ownedRef('member', guild, String(step)), { user: { id: String(step) }, step, text: 'x'.repeat(300) }),
      put(ownedRef('role', other, String(step)), { id: String(step), step }),
      put(guildRef(guild), { id: guild, step }),
    ];
    if (step > KEPT) {
      const id = String(step - KEPT);
      operations.push({ op: 'remove', ref: ownedRef('member', guild, id), tellOld: true });
      operations.push({ op: 'remove', ref: ownedRef('role', other, id), tellOld: true });
    }
    store.apply(operations);
  }
  setImmediate(write);
}
setInterval(() => process.send({ step }), 20);
write();
