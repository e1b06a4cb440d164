// A gateway in small: hands the events given by number to a stdio sink on its real stdout, and tells on fd 3 what became of them.
import { createWriteStream } from 'node:fs';
import { createStdioSink } from '../dist/stdio/stdio-sink.js';

const [, , count, size] = process.argv.map(Number);
const tell = createWriteStream('', { fd: 3 });
const say = (what) => tell.write(`${JSON.stringify(what)}\n`);
const sink = createStdioSink({ name: 'stdout' });
await sink.open({ setReady: (ready) => say({ ready }), report: (level, message) => say({ level, message }) });
let late = 0;
let last = performance.now();
setInterval(() => {
  const now = performance.now();
  late = Math.max(late, now - last);
  last = now;
  say({ lateMs: Math.round(late), arrayBuffers: process.memoryUsage().arrayBuffers });
}, 50);
const deliver = async (lane, seq) => {
  const bytes = Buffer.from(JSON.stringify({ t: 'X', s: seq, op: 0, d: 'x'.repeat(size) }));
  const record = {
    kind: 'event',
    shardId: lane,
    shardCount: 2,
    offset: seq,
    sessionId: 'abc',
    seq,
    t: 'X',
    receivedAt: 1,
    bytes,
  };
  const signal = new AbortController().signal;
  await sink.deliver({ lane: record, records: [record], attempt: 0, acknowledge: () => undefined, signal });
  say({ acknowledged: seq });
};
for (let seq = 1; seq <= count; seq += 1)
  void deliver(0, seq).catch((error) => say({ failed: seq, message: error.message }));
process.on('SIGTERM', () => process.exit(0));
