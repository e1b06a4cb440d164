import type { GatewayDispatchPayload } from 'discord-api-types/v10';
import type { ReceivedEvent } from '../event.ts';

/** One event as it comes over the stream protocol. */
export interface StreamEvent<Name extends string = string> extends ReceivedEvent<Name> {
  readonly shardCount: number;
  readonly sessionId: string;
  /** Place in the shard's lane: rises with every event, so a consumer that stores it with its effect can skip what it has. */
  readonly offset: number;
  /** The whole payload. */
  readonly payload: GatewayDispatchPayload;
}
