// Reads events from Shardgate's gRPC stream and acknowledges them: node grpc-consumer.mjs [host:port]
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const file = fileURLToPath(import.meta.resolve('@shardgate/brokers/proto/shardgate/v1/events.proto'));
const services = loadSync(file, { longs: Number, defaults: true, oneofs: true });
const Events = grpc.makeClientConstructor(services['shardgate.v1.Events'], 'Events');
const client = new Events(process.argv[2] ?? 'localhost:50051', grpc.credentials.createInsecure(), {
  // A batch with a large guild and its old state may be more than the usual 4 MiB.
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
});
const metadata = new grpc.Metadata();
if (process.env['SHARDGATE_KEY']) metadata.set('authorization', `Bearer ${process.env['SHARDGATE_KEY']}`);

for (let pause = 250; ; pause = Math.min(pause * 2, 10_000)) {
  const call = client.consume(metadata);
  call.write({ hello: { name: 'bot' } });
  try {
    for await (const { events, gap, reshard } of call) {
      for (const { t, data } of events?.events ?? []) console.log(t, JSON.parse(String(data)).id);
      if (gap) console.warn('nobody will get', gap);
      const last = events?.events.at(-1) ?? gap ?? reshard;
      if (last === undefined) continue;
      const { shard, shardCount } = events ?? last;
      call.write({ ack: { shard, shardCount, offset: last.offset } });
      pause = 250;
    }
  } catch (error) {
    console.warn(error.message);
  }
  await wait(pause * (0.5 + Math.random() / 2));
}
