import { GatewayOpcodes } from 'discord-api-types/v10';
import type { GatewayDispatchPayload, GatewayRequestGuildMembersData, GatewaySendPayload } from 'discord-api-types/v10';
import type { StreamEvent } from './client-event.ts';
import type { MemberSelection } from './commands.ts';
import type { EventClient } from './event-client.ts';

/** What is called with every dispatch. */
export type DispatchListener = (payload: GatewayDispatchPayload, shardId: number) => unknown;

/** What the `Client` of `@discordjs/core` wants of a gateway. */
export interface CoreGateway {
  /** Shards of the bot. */
  getShardCount(): Promise<number>;
  /** Shards of the gateway process this client is connected to. */
  getShardIds(): Promise<number[]>;
  /** Resolves when the shard has written it; a request for members as soon as it was handed over, since its answer are events. */
  send(shardId: number, payload: GatewaySendPayload): Promise<void>;
  /** `dispatch` is the only event there is. */
  on(event: string, listener: DispatchListener): this;
  off(event: string, listener: DispatchListener): this;
}

/**
 * A gateway for `new Client({ rest, gateway })` of `@discordjs/core`, so that a bot written for it runs on an event client.
 *
 * An event is acknowledged when core's listeners were called: core does not say when they are done. The parts of an answer to a request for
 * members come to the client that asked, whichever client holds the shard's lane, with the nonce it gave.
 */
export function createCoreGateway(client: EventClient): CoreGateway {
  const listeners = new Set<DispatchListener>();
  let removeOwn: (() => void) | undefined;

  const dispatch = (payload: GatewayDispatchPayload, shardId: number): void => {
    for (const listener of listeners) listener(payload, shardId);
  };

  const requestMembers = (shardId: number, data: GatewayRequestGuildMembersData): void => {
    const { guild_id: guildId, nonce } = data;
    const onChunk = (chunk: object): void => {
      const d = { ...chunk, ...(nonce === undefined ? {} : { nonce }) };
      dispatch({ op: 0, t: 'GUILD_MEMBERS_CHUNK', s: 0, d } as GatewayDispatchPayload, shardId);
    };
    // Who asks does not wait for this promise: core waits for the events, and gives up when they do not come.
    client.requestMembers(guildId, selection(data), { onChunk }).catch(() => {});
  };

  const gateway: CoreGateway = {
    async getShardCount() {
      return client.shardCount ?? (await client.shardInfo()).shardCount;
    },
    async getShardIds() {
      return (await client.shardInfo()).shards.map(({ shardId }) => shardId);
    },
    async send(shardId, payload) {
      if (payload.op === GatewayOpcodes.RequestGuildMembers) requestMembers(shardId, payload.d);
      else await client.sendToShard(shardId, payload);
    },
    on(event, listener) {
      if (event !== 'dispatch') return gateway;
      listeners.add(listener);
      removeOwn ??= client.on('*', (_data: unknown, { payload, shardId }: StreamEvent) => dispatch(payload, shardId));
      return gateway;
    },
    off(event, listener) {
      if (event === 'dispatch') listeners.delete(listener);
      if (listeners.size > 0) return gateway;
      removeOwn?.();
      removeOwn = undefined;
      return gateway;
    },
  };
  return gateway;
}

/** The same request in our words. */
function selection(data: GatewayRequestGuildMembersData): MemberSelection {
  const userIds = 'user_ids' in data ? data.user_ids : undefined;
  return {
    ...('query' in data && data.query !== undefined ? { query: data.query } : {}),
    ...('limit' in data && data.limit !== undefined ? { limit: data.limit } : {}),
    ...(data.presences === undefined ? {} : { presences: data.presences }),
    ...(userIds === undefined ? {} : { userIds: typeof userIds === 'string' ? [userIds] : [...userIds] }),
  };
}
