import type { Configuration } from '../configuration/configuration.ts';

/** Events that answers to commands come in, and that tell which requests are lost. */
const ANSWERS: readonly string[] = ['READY', 'GUILD_MEMBERS_CHUNK', 'RATE_LIMITED'];

/** Which events the gateway hands over. `events` says what consumers get; the cache needs all, and commands their answers. */
export function gatewayEvents({ events, state }: Pick<Configuration, 'events' | 'state'>): {
  readonly whitelist: readonly string[] | undefined;
  readonly ignoreEvents: readonly string[];
} {
  if (state.enabled) return { whitelist: undefined, ignoreEvents: [] };
  return {
    whitelist: events.whitelist === null ? undefined : [...new Set([...events.whitelist, ...ANSWERS])],
    ignoreEvents: events.ignore.filter((name) => !ANSWERS.includes(name)),
  };
}

/** Which of them a sink gets, for the delivery. */
export function sinkEvents(
  { events: { whitelist, ignore } }: Pick<Configuration, 'events'>,
  { events, ignoreEvents }: Pick<Configuration['sinks'][number], 'events' | 'ignoreEvents'>,
): { readonly events?: readonly string[]; readonly ignoreEvents: readonly string[] } {
  const only = events === null ? whitelist : events.filter((name) => whitelist === null || whitelist.includes(name));
  return { ...(only === null ? {} : { events: only }), ignoreEvents: [...ignoreEvents, ...ignore] };
}
