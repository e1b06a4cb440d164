import { Client } from 'cloudstorm';
import { SnowTransfer } from 'snowtransfer';
import { INTENTS, Refusal, runSubject, TOKEN } from './subject.ts';

/** As its README shows it; compression and JSON are its defaults. https://www.npmjs.com/package/cloudstorm */
runSubject(async ({ apiUrl, encoding, compression, shards }, onEvent) => {
  if (compression === 'zstd-stream') throw new Refusal('cloudstorm has no zstd-stream');
  const client = new Client(TOKEN, {
    intents: INTENTS,
    shards: Array.from({ length: shards }, (_, id) => id),
    totalShards: shards,
    ws: { encoding, compress: compression === 'zlib-stream' },
    snowtransferInstance: new SnowTransfer(TOKEN, { baseHost: new URL(apiUrl).origin }),
  });
  client.on('error', (error) => {
    throw error;
  });
  client.on('dispatch', (payload) => onEvent(payload.t));
  await client.connect();
});
