import type { GatewayManager } from '@shardgate/gateway';

/** The gateway's payload, with what the state adds. */
export type AttachedPayload = Parameters<GatewayManager['handleDiscordPayload']>[1] & { old?: string };
