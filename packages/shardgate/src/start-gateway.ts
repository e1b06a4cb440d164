import { createGatewayManager, stopGateway, type GatewayManager, type GatewayOptions } from '@shardgate/gateway';
import { httpForwarder } from '@shardgate/rest';

/** Options of {@link startGateway}: those of `createGatewayManager`, with an address instead of a handler. */
export interface StartGatewayOptions extends Omit<GatewayOptions, 'handleDiscordPayload' | 'stopGateway'> {
  readonly token: string;
  /** Where every event is posted as `{"shardId", "data"}`, with `secretKey` as `Authorization`. */
  readonly url: string;
}

/**
 * Starts a gateway that posts every event to `url`, in order for each shard, and again until the answer is 2xx. The older way in, from before there was a
 * manager; what it returns is the manager, and overriding works as ever. Why it stands in this package: docs/decisions/0002.
 *
 * `stopGateway` also ends the posting: events still unanswered then come again when the sessions are resumed.
 *
 * @throws {TypeError} when `url` is no http or https address, or an option is wrong
 */
export function startGateway(options: StartGatewayOptions): GatewayManager {
  const forwarder = httpForwarder({ url: options.url, secretKey: options.secretKey ?? '' });
  const gateway = createGatewayManager({
    ...options,
    handleDiscordPayload: forwarder,
    stopGateway: async (manager, code, reason) => {
      await stopGateway(manager, code, reason);
      await forwarder.close();
    },
  });
  // A rejection is for whoever asks `spawnShards` itself; here `events` tells of trouble.
  void gateway.spawnShards(gateway);
  return gateway;
}
