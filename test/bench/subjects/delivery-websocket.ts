import { createWebSocketSink } from '@shardgate/delivery';
import { runWithDelivery, startConsumer, webSocketUrl } from './with-delivery.ts';

runWithDelivery({
  async sinks() {
    const sink = createWebSocketSink({ name: 'websocket', port: 0 });
    return {
      sinks: [sink],
      connect: async () => startConsumer({ url: await webSocketUrl(sink) }),
    };
  },
});
