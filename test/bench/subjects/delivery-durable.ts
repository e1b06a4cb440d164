import { join } from 'node:path';
import { createUnixSink } from '@shardgate/delivery';
import { runWithDelivery, startConsumer } from './with-delivery.ts';

/** Every event goes to the disk, whatever the consumer does. */
runWithDelivery({
  async sinks(folder) {
    const sink = createUnixSink({ name: 'unix', path: join(folder, 'stream.sock') });
    return { sinks: [sink], connect: () => startConsumer({ url: `unix:${sink.path}` }) };
  },
  delivery: { journalAfterMs: 0 },
});
