// A consumer of the stream in a process of its own, which knows the .proto file only: node grpc-consumer-child.mjs <port> <file> [name]
// Each event's data goes to the file as a line before it is acknowledged.
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const [port, file, name = 'child'] = process.argv.slice(2);
// Whoever was killed may have left half a line.
appendFileSync(file, '\n');
const proto = loadSync(fileURLToPath(new URL('../proto/shardgate/v1/events.proto', import.meta.url)), {
  longs: Number,
  oneofs: true,
});
const Events = grpc.makeClientConstructor(proto['shardgate.v1.Events'], 'Events');

function consume() {
  const client = new Events(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 200,
  });
  const call = client.consume();
  const again = () => {
    client.close();
    setTimeout(consume, 50);
  };
  call.write({ hello: { name } });
  call.on('data', ({ events, gap, reshard }) => {
    const last = events?.events.at(-1) ?? gap ?? reshard;
    if (last === undefined) return;
    const { shard, shardCount } = events ?? last;
    const lines = events ? events.events.map(({ data }) => data) : gap ? ['"gap"'] : [];
    if (lines.length > 0) appendFileSync(file, lines.map((line) => `${line}\n`).join(''));
    call.write({ ack: { shard, shardCount, offset: last.offset } });
  });
  call.on('error', again);
  call.on('end', () => {});
}

consume();
