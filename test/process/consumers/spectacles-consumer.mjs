// A consumer of spec-tacles/gateway over Redis streams, written from its contract alone: node spectacles-consumer.mjs <redis url> <event names> <file>
// A stream for each event name, read by a group; the field `data` is a MessagePack value of raw bytes that hold the event's data as JSON text.
import { createClient } from 'redis';
import { lineFile } from './line-file.mjs';

const [url, names, file] = process.argv.slice(2);
const write = lineFile(file);
const redis = await createClient({ url, RESP: 2 }).connect();
const streams = names.split(',');
const bytes = redis.withTypeMapping({ 36: Buffer });

/** https://github.com/msgpack/msgpack/blob/master/spec.md: bin 8, 16 and 32. */
const unpack = (packed) => {
  const head = { 0xc4: 2, 0xc5: 3, 0xc6: 5 }[packed[0]];
  if (head === undefined) throw new Error(`byte ${packed[0]} begins no bytes`);
  const length = packed.readUIntBE(1, head - 1);
  if (packed.length !== head + length) throw new Error('bytes of another length');
  return JSON.parse(packed.subarray(head).toString());
};

for (const stream of streams) {
  await redis.sendCommand(['XGROUP', 'CREATE', stream, 'app', '0', 'MKSTREAM']).catch((error) => {
    if (!String(error).includes('BUSYGROUP')) throw error;
  });
}
for (;;) {
  const positions = streams.map(() => '>');
  const found = await bytes.sendCommand([
    'XREADGROUP',
    'GROUP',
    'app',
    'one',
    'COUNT',
    '100',
    'BLOCK',
    '3000',
    'STREAMS',
    ...streams,
    ...positions,
  ]);
  for (const [name, entries] of found ?? []) {
    const stream = String(name);
    write(...entries.map(([, fields]) => ({ t: stream, d: unpack(fields[1]) })));
    await redis.sendCommand(['XACK', stream, 'app', ...entries.map(([id]) => String(id))]);
  }
}
