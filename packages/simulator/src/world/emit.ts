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
import { idTime, isSnowflake } from './snowflake.ts';
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

const EVENT_NAME = /^[A-Z][A-Z0-9_]*$/;

function isLiveEventName(name: string): name is LiveEventName {
  return (LIVE_EVENT_NAMES as readonly string[]).includes(name);
}

function givenEvent(request: EventRequest): WorldEvent {
  const { t, d } = request;
  const inner = typeof d === 'object' && d !== null && 'guild_id' in d ? d.guild_id : undefined;
  const guildId = request.guildId ?? (isSnowflake(inner) ? inner : undefined);
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

/** Lets one made event happen each time it is called. */
function maker(simulation: Simulation, { t, guildId, unfurlAfterMs }: EventRequest): () => number {
  const { live, timers } = simulation;
  if (!isLiveEventName(t)) {
    const near = nearestName(t, LIVE_EVENT_NAMES);
    const hint = near === undefined ? '' : `, "${near}" could`;
    throw new TypeError(`event: "${t}" cannot be made${hint}; give its data as "d"`);
  }
  return () => {
    const guild = guildOf(simulation, guildId);
    if (guild === undefined) return 0;
    if (unfurlAfterMs === undefined) return tell(simulation, live.make(t, guild));
    const [created, unfurled] = live.makeLinked(guild);
    timers.set(() => tell(simulation, unfurled), unfurlAfterMs);
    return tell(simulation, created);
  };
}

function checkRequest(request: EventRequest): void {
  checkOptions('event', request, EXPECTATIONS);
  const { t, guildId, unfurlAfterMs } = request;
  // The name goes into the payload as it is.
  if (!EVENT_NAME.test(t)) throw new RangeError(`event: "t" is ${JSON.stringify(t)}, expected the name of a dispatch`);
  if (guildId !== undefined && !isSnowflake(guildId))
    throw new RangeError(`event: "guildId" is ${JSON.stringify(guildId)}, expected an id`);
  if (unfurlAfterMs !== undefined && (t !== 'MESSAGE_CREATE' || request.d !== undefined)) {
    throw new TypeError('event: "unfurlAfterMs" goes with a MESSAGE_CREATE without "d"');
  }
}

/**
 * Lets an event happen. Gives the number of dispatches it became: 0 when no session covers it or has the intent.
 *
 * @throws {TypeError | RangeError} when the request is not one, names an unknown guild, or an event that cannot be made
 */
export function emit(simulation: Simulation, request: EventRequest): number {
  checkRequest(request);
  const happen = request.d === undefined ? maker(simulation, request) : () => tell(simulation, givenEvent(request));
  let dispatches = 0;
  for (let left = request.count ?? 1; left > 0; left -= 1) dispatches += happen();
  return dispatches;
}
