import { createHttpSink } from '@shardgate/delivery';
import { CONSUMER_KEY, runWithDelivery, startConsumer } from './with-delivery.ts';

runWithDelivery({
  async sinks() {
    const port = await startConsumer({ http: 'batch', key: CONSUMER_KEY });
    const url = `http://127.0.0.1:${port}/`;
    return { sinks: [createHttpSink({ name: 'http', url, format: 'batch', secretKey: CONSUMER_KEY })] };
  },
});
