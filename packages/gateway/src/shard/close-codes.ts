import type { GatewayErrorCode } from '../errors.ts';

/**
 * Codes that we close with. None of them is 1000 or 1001, which would end the session
 * (https://docs.discord.com/developers/events/gateway#disconnecting).
 */
export const OwnCloseCode = {
  /** The process stops; the session is kept for the next one. */
  Shutdown: 3061,
  /** Shards of another count have taken over; nobody will resume the session. Discord forgets it by itself. */
  Resharded: 3063,
  /** A new connection takes over with RESUME. */
  Resuming: 3064,
  /** A new session is asked for on purpose. */
  Reidentifying: 3065,
  /** Nothing was heard for a whole heartbeat interval. */
  Zombie: 3066,
  /** What the server sent cannot be read. */
  ProtocolError: 3067,
  /** HELLO, READY or RESUMED did not come in time. */
  TimedOut: 3068,
  /** Reading was paused for longer than a heartbeat interval because the handler could not keep up. */
  Overloaded: 3069,
} as const;

/** What a remote close means for the shard. */
export type CloseVerdict =
  /** The session may live: RESUME. */
  | { readonly action: 'resume' }
  /** The session may live, but a refusal is expected: RESUME once, then IDENTIFY. */
  | { readonly action: 'probe' }
  /** RESUME after a pause: we sent too much. */
  | { readonly action: 'cool' }
  /** The session is gone. */
  | { readonly action: 'identify' }
  /** Trying again cannot help. */
  | { readonly action: 'fatal'; readonly code: GatewayErrorCode; readonly remedy: string };

const RESUME: CloseVerdict = { action: 'resume' };

/**
 * The table. Codes that are not in it are resumed: what an unknown code means is best left to the answer to the RESUME
 * (said by Discord's staff, 2022), and a resume costs nothing.
 *
 * @see https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
 */
const VERDICTS: ReadonlyMap<number, CloseVerdict> = new Map<number, CloseVerdict>([
  // Not authenticated: sent when the session was invalidated, too. One free RESUME tells.
  [4003, { action: 'probe' }],
  [
    4004,
    {
      action: 'fatal',
      code: 'tokenRejected',
      remedy: 'the token is wrong or was reset; copy the current one from the developer portal',
    },
  ],
  // Left the documentation in 2016, was still seen in 2019.
  [4006, { action: 'identify' }],
  [4007, { action: 'identify' }],
  // Rate limited: the session lives.
  [4008, { action: 'cool' }],
  // Session timed out. Discord's table says start anew; a RESUME first costs nothing.
  [4009, { action: 'probe' }],
  [
    4010,
    {
      action: 'fatal',
      code: 'shardPlanRejected',
      remedy: 'maxShards is not a shard count that Discord accepts for this bot; use the recommended one',
    },
  ],
  [
    4011,
    { action: 'fatal', code: 'shardPlanRejected', remedy: 'the shard would hold too many guilds; raise maxShards' },
  ],
  [
    4012,
    {
      action: 'fatal',
      code: 'configurationRejected',
      remedy: 'this version of the gateway API is gone; update Shardgate',
    },
  ],
  [4013, { action: 'fatal', code: 'configurationRejected', remedy: 'intents has a bit that Discord does not know' }],
  [
    4014,
    {
      action: 'fatal',
      code: 'configurationRejected',
      remedy:
        'enable the privileged intents (GuildMembers, GuildPresences, MessageContent) in the developer portal or drop them from intents',
    },
  ],
]);

/** What to do after the server closed with `code` (1006 when there was no close frame). */
export function closeVerdict(code: number): CloseVerdict {
  return VERDICTS.get(code) ?? RESUME;
}

/** Whether closing with this code ends the session on Discord's side. */
export function endsSession(code: number): boolean {
  return code === 1000 || code === 1001;
}
