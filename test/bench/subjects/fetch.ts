import { createGatewayManager } from '@shardgate/gateway';
import { CONSUMER_KEY, startConsumer } from './with-delivery.ts';
import { INTENTS, runSubject, TOKEN } from './subject.ts';

/** What gateways in a process of their own usually do: one request for each event, as many at a time as the gateway lets a handler work on. */
runSubject(async ({ apiUrl, encoding, compression, shards }, onEvent) => {
  const port = await startConsumer({ http: 'event', key: CONSUMER_KEY });
  const url = `http://127.0.0.1:${port}/`;
  const gateway = createGatewayManager({
    token: TOKEN,
    intents: INTENTS,
    apiUrl,
    encoding,
    compression,
    maxShards: shards,
    connectsPerSecond: 1_000,
    async handleDiscordPayload(_gateway, { t, s, op, d }, shardId) {
      const body = JSON.stringify({ payload: { t, s, op, d }, shardId });
      await post(url, body);
      onEvent(t ?? '');
    },
  });
  await gateway.spawnShards(gateway);
});

/** What fails is sent again, or the run would never end: Node's server closes connections that idle for five seconds, and a request may be on its way on one. */
async function post(url: string, body: string): Promise<void> {
  try {
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    await response.arrayBuffer();
  } catch (error) {
    console.error('a request failed and is sent again:', error);
    await post(url, body);
  }
}
