import { join } from 'node:path';
import { createUnixSink, createWebSocketSink } from '@shardgate/delivery';
import { runWithDelivery, startConsumer, webSocketUrl } from './with-delivery.ts';

runWithDelivery({
  async sinks(folder) {
    const unix = createUnixSink({ name: 'unix', path: join(folder, 'stream.sock') });
    const websocket = createWebSocketSink({ name: 'websocket', port: 0 });
    return {
      sinks: [unix, websocket],
      connect: async () =>
        Promise.all([
          startConsumer({ url: `unix:${unix.path}` }),
          startConsumer({ url: await webSocketUrl(websocket) }),
        ]),
    };
  },
});
