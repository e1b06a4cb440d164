import { createGatewayManager } from '@shardgate/gateway';
import type { GatewayManager, GatewayOptions } from '@shardgate/gateway';
import { INTENTS, Refusal, runSubject, TOKEN } from './subject.ts';

/** Ours, with every default but the pace at which connections are opened. */
runSubject(async ({ apiUrl, encoding, compression, shards }, onEvent) => {
  const options: GatewayOptions = {
    token: TOKEN,
    intents: INTENTS,
    apiUrl,
    encoding,
    compression,
    maxShards: shards,
    connectsPerSecond: 1_000,
    handleDiscordPayload: (_gateway, payload) => onEvent(payload.t ?? ''),
  };
  const gateway = create(options);
  await gateway.spawnShards(gateway);
});

/** An encoding or compression that this version does not have is an option error. */
function create(options: GatewayOptions): GatewayManager {
  try {
    return createGatewayManager(options);
  } catch (error) {
    if (error instanceof TypeError && /'(encoding|compression)'/.test(error.message)) throw new Refusal(error.message);
    throw error;
  }
}
