import { connect } from 'node:net';
import { typicalMessages } from './cost-run.ts';
import { timedMessage } from './timed-stream.ts';

/** Started by `snapshot.ts`: sends it events at an even rate, each with the moment at which it is sent. */
export interface EventSourceOptions {
  readonly port: number;
  readonly perSecond: number;
}

const MESSAGES = 20_000;
const { port, perSecond } = JSON.parse(process.argv[2] ?? '') as EventSourceOptions;
const messages = typicalMessages(MESSAGES);
const socket = connect({ port, host: '127.0.0.1' });
socket.setNoDelay(true);
const startedAt = performance.now();
let sent = 0;
setInterval(() => {
  const due = Math.floor(((performance.now() - startedAt) * perSecond) / 1_000);
  for (; sent < due; sent++) socket.write(timedMessage(messages[sent % MESSAGES] as Buffer));
}, 1);
socket.on('close', () => process.exit());
process.on('disconnect', () => process.exit());
