import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEventClient, createEventReceiver } from '@shardgate/client';

/** What a consumer is started with: where the stream is, or that it is to listen for requests. */
export type ConsumerOptions = { readonly url: string } | { readonly http: 'batch' | 'event'; readonly key: string };

/** A bot that does nothing with its events, in a process of its own: what it takes is not the gateway's. Started by the programs under test. */
const options = JSON.parse(process.argv[2] ?? '') as ConsumerOptions;
process.on('disconnect', () => process.exit());

if ('url' in options) {
  const client = createEventClient({ url: options.url, name: 'bench', handleEvent: () => {} });
  await client.connect();
  process.send?.({ port: 0 });
} else {
  const receiver = createEventReceiver({ secretKey: options.key, handler: () => {} });
  const server = createServer((request, response) => {
    if (options.http === 'batch') return void receiver.handle(request, response);
    request.resume().on('end', () => response.writeHead(204).end());
  });
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
}
