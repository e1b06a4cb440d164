import type { GatewayManager } from '@shardgate/gateway';
import type { State } from '../state.ts';

/** Hands an event to whoever had the gateway's events before the state. */
export type PassOn = GatewayManager['handleDiscordPayload'];

/** A state between a gateway and the handler it found there. */
export interface Door {
  readonly state: State;
  readonly gateway: GatewayManager;
  /** The handler. */
  readonly passOn: PassOn;
  /** The gateway's own. */
  readonly settle: GatewayManager['settle'];
}
