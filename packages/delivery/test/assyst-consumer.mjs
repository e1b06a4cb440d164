// A consumer written from the pipe's contract alone, as assyst-core reads it: connects, reads frames of a big-endian u32 length and UTF-8
// text, writes one line `<seq>` for each to stdout. Knows nothing of this library.
import { connect } from 'node:net';

const [, , path, mode] = process.argv;
let pending = Buffer.alloc(0);
const socket = connect(path);
socket.on('connect', () => process.stdout.write('connected\n'));
if (mode === 'deaf') {
  socket.pause();
  // A socket that does not read keeps no process alive.
  setInterval(() => undefined, 60_000);
} else socket.on('data', read);
socket.on('close', () => process.exit(0));
socket.on('error', () => process.exit(1));

function read(chunk) {
  pending = Buffer.concat([pending, chunk]);
  while (pending.length >= 4) {
    const length = pending.readUInt32BE(0);
    if (pending.length < 4 + length) return;
    const { op, s } = JSON.parse(pending.subarray(4, 4 + length).toString('utf8'));
    process.stdout.write(`${op === 0 ? s : `op ${op}`}\n`);
    pending = pending.subarray(4 + length);
  }
}
