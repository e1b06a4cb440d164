import { Agent } from 'undici';
import { GLOBAL_REQUESTS_PER_SECOND, ATTEMPT_TIMEOUT_MS, MAX_CONNECTIONS, MAX_REPLY_BYTES } from '../defaults.ts';
import { createDiscordCaller } from '../discord/discord-caller.ts';
import type { DiscordCaller, DiscordCallerOptions } from '../discord/discord-caller.ts';
import { RestError } from '../rest-error.ts';

/** The sockets of one manager, opened when first used. */
export interface Connections {
  /** Sockets to the REST process. */
  agent: () => Agent;
  /** The way straight to Discord. */
  discord: (options: Pick<DiscordCallerOptions, DirectOptions>) => DiscordCaller;
  close: () => Promise<void>;
}

type DirectOptions = 'apiUrl' | 'token' | 'repeats' | 'clock' | 'random' | 'trace';

/** Creates the holder; opens nothing. */
export function createConnections(): Connections {
  let agent: Agent | undefined;
  let discord: DiscordCaller | undefined;
  let closed = false;

  const checkOpen = (): void => {
    if (closed) throw new RestError('closed', 'the REST manager was closed');
  };

  return {
    agent: () => {
      checkOpen();
      agent ??= new Agent({ connections: MAX_CONNECTIONS, maxResponseSize: MAX_REPLY_BYTES });
      return agent;
    },
    discord: (options) => {
      checkOpen();
      discord ??= createDiscordCaller({
        ...options,
        attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
        globalRequestsPerSecond: GLOBAL_REQUESTS_PER_SECOND,
      });
      return discord;
    },
    close: async () => {
      closed = true;
      await Promise.all([agent?.destroy(new RestError('closed', 'the REST manager was closed')), discord?.close()]);
    },
  };
}
