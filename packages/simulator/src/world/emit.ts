import { requiredIntents } from '../intents.ts';
import { checkOptions, integerFrom, nearestName, numberFrom, text } from '../option-check.ts';
import type { Expectations } from '../option-check.ts';
import type { Simulation } from '../simulation.ts';
import { tell } from '../session/dispatch.ts';
import { eventKey } from './event-key.ts';
import { LIVE_EVENT_NAMES } from './events-mix.ts';
import type { LiveEventName } from './events-mix.ts';
import type { Guild } from './guild-population.ts';
import { anyGuild } from './load.ts';
import { idTime } from './snowflake.ts';
import type { WorldEvent } from './world-event.ts';

/** An event to be told to all who cover it. */
export interface EventRequest {
  /** Name of the dispatch. Without `d` it must be one of the live events, which the simulator can make itself. */
  readonly t: string;
  /** The guild it happens in. Left out: any guild for a made event; none, so shard 0, for a given `d` without `guild_id`. */
  readonly guildId?: string;
  /** The exact data; sent as it is. */
  readonly d?: unknown;
  /** How many. @defaultValue 1 */
  readonly count?: number;
  /** MESSAGE_CREATE only: there is a link in it, and so many ms later a MESSAGE_UPDATE with its embed comes. */
  readonly unfurlAfterMs?: number;
}

const anything = { expected: 'anything', isType: () => true, fits: () => true };
const EXPECTATIONS: Expectations = {
  t: text,
  guildId: text,
  d: anything,
  count: integerFrom(1, 1_000_000),
  unfurlAfterMs: numberFrom(0),
};

function isLiveEventName(name: string): name is LiveEventName {
  return (LIVE_EVENT_NAMES as readonly string[]).includes(name);
}

function givenEvent(request: EventRequest): WorldEvent {
  const { t, d } = request;
  const inner = typeof d === 'object' && d !== null && 'guild_id' in d ? d.guild_id : undefined;
  const guildId = request.guildId ?? (typeof inner === 'string' ? inner : undefined);
  const body = JSON.stringify(d);
  return {
    t,
    key: eventKey(t, d),
    guildTime: guildId === undefined ? undefined : idTime(guildId),
    required: requiredIntents(t, guildId !== undefined),
    body: () => body,
  };
}

function guildOf(simulation: Simulation, guildId: string | undefined): Guild | undefined {
  if (guildId === undefined) return anyGuild(simulation);
  const guild = simulation.population.find(guildId);
  if (guild === undefined) throw new RangeError(`event: there is no guild "${guildId}"`);
  return guild;
}

function emitLinked(simulation: Simulation, guild: Guild, unfurlAfterMs: number): number {
  const [created, unfurled] = simulation.live.makeLinked(guild);
  simulation.timers.set(() => tell(simulation, unfurled), unfurlAfterMs);
  return tell(simulation, created);
}

/**
 * Lets an event happen. Gives the number of dispatches it became: 0 when no session covers it or has the intent.
 *
 * @throws {TypeError | RangeError} when the request is not one, names an unknown guild, or an event that cannot be made
 */
export function emit(simulation: Simulation, request: EventRequest): number {
  checkOptions('event', request, EXPECTATIONS);
  const { t, guildId, count = 1, unfurlAfterMs } = request;
  if (typeof t !== 'string') throw new TypeError('event: "t" is missing, expected the name of a dispatch');
  if (guildId !== undefined && !/^\d{1,20}$/.test(guildId))
    throw new RangeError(`event: guildId is "${guildId}", expected an id`);
  if (unfurlAfterMs !== undefined && (t !== 'MESSAGE_CREATE' || 'd' in request)) {
    throw new TypeError('event: "unfurlAfterMs" goes with a MESSAGE_CREATE without "d"');
  }
  let dispatches = 0;
  for (let made = 0; made < count; made += 1) {
    if ('d' in request) {
      dispatches += tell(simulation, givenEvent(request));
      continue;
    }
    if (!isLiveEventName(t)) {
      const near = nearestName(t, LIVE_EVENT_NAMES);
      throw new TypeError(
        `event: "${t}" cannot be made${near === undefined ? '' : `, "${near}" could`}; give its data as "d"`,
      );
    }
    const guild = guildOf(simulation, guildId);
    if (guild === undefined) continue;
    dispatches +=
      unfurlAfterMs === undefined
        ? tell(simulation, simulation.live.make(t, guild))
        : emitLinked(simulation, guild, unfurlAfterMs);
  }
  return dispatches;
}
