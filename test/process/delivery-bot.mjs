// A bot in a process of its own: what it handled is in a file before it is acknowledged, and what is in the file is not handled again. Started by the tests.
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createEventClient } from '@shardgate/client';

/** As many as the client remembers by itself: after a crash of the gateway more comes again than a window takes. */
const REMEMBERED = 16_384;
const LONGEST_LINE = 128;

/** `memory`: who knows what was handled before, the handler itself or the client's store. */
const { url, folder, name, options, crash, memory = 'handler' } = JSON.parse(process.env.BOT);
const file = openSync(join(folder, `${name}.log`), 'a+');
let armed = crash;

/** The newest lines of the file. */
function remembered() {
  const { size } = fstatSync(file);
  const length = Math.min(size, REMEMBERED * LONGEST_LINE);
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, size - length);
  const lines = bytes.toString().split('\n');
  // The first one is cut, unless it is the first of the file.
  const whole = size > length ? lines.slice(1) : lines;
  return new Set(whole.slice(-REMEMBERED - 1).map((line) => line.split(' ')[0]));
}

/** What happens in order: that of a guild, else of a channel, else of the shard. */
const orderKey = ({ d, t, guildId, shardId }) =>
  guildId ?? (/^GUILD_(CREATE|UPDATE|DELETE)$/.test(t) ? d.id : d.guild_id) ?? d.channel_id ?? shardId;

const seen = remembered();
const isSeen = (id) => {
  const known = seen.has(id);
  if (known) seenAgain++;
  return known;
};
let seenAgain = 0;
let gaps = 0;
let handled = 0;

function pass(point) {
  if (armed?.point !== point || armed.skip-- > 0) return;
  process.send({ type: 'crashing', point });
  process.kill(process.pid, 'SIGKILL');
  for (;;);
}

const client = createEventClient({
  url,
  name,
  reconnectFirstMs: 100,
  reconnectMostMs: 500,
  // What is handled from now on is in the client's own memory.
  ...(memory === 'store' ? { seen: { has: isSeen, add() {} } } : {}),
  handleEvent(_client, event) {
    if (memory === 'handler' && isSeen(event.id)) return;
    pass('before handling');
    // One system call: it is in the file, or it is not.
    writeSync(file, `${event.id} ${orderKey(event)}\n`);
    handled++;
    pass('before acknowledging');
  },
  ...options,
});
client.on('gap', (gap) => {
  gaps++;
  process.send({ type: 'gap', gap });
});
client.on('error', (error) => process.send({ type: 'error', error: String(error) }));

const report = () =>
  process.send({ type: 'figures', duplicates: client.status().duplicates + seenAgain, gaps, handled });
setInterval(report, 50);
const answers = {
  crash: ({ point, skip }) => void (armed = { point, skip }),
  stop: async () => {
    await client.close();
    closeSync(file);
    report();
    process.disconnect();
  },
};
process.on('message', (message) => void answers[message.type](message));
process.on('disconnect', () => process.exit());
await client.connect();
process.send({ type: 'ready' });
