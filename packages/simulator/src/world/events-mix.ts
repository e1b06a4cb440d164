import { checkOptions, numberFrom } from '../option-check.ts';
import type { Expectations } from '../option-check.ts';
import { requiredIntents } from '../intents.ts';
import type { Random } from '../time/random.ts';

/** Names of the events that the load is made of. */
export const LIVE_EVENT_NAMES = [
  'MESSAGE_CREATE',
  'MESSAGE_UPDATE',
  'MESSAGE_DELETE',
  'MESSAGE_REACTION_ADD',
  'MESSAGE_REACTION_REMOVE',
  'TYPING_START',
  'PRESENCE_UPDATE',
  'VOICE_STATE_UPDATE',
  'GUILD_MEMBER_ADD',
  'GUILD_MEMBER_UPDATE',
  'GUILD_MEMBER_REMOVE',
  'CHANNEL_UPDATE',
  'GUILD_ROLE_UPDATE',
  'INTERACTION_CREATE',
] as const;

export type LiveEventName = (typeof LIVE_EVENT_NAMES)[number];

/** Weight of each event; those not named do not occur. */
export type EventMix = Readonly<Partial<Record<LiveEventName, number>>>;

export type EventMixName = 'typical' | 'presence' | 'messages';

/** Estimates: no public figures are known. */
export const EVENT_MIXES: Readonly<Record<EventMixName, EventMix>> = {
  typical: {
    PRESENCE_UPDATE: 40,
    TYPING_START: 15,
    MESSAGE_CREATE: 20,
    MESSAGE_UPDATE: 4,
    MESSAGE_DELETE: 1,
    VOICE_STATE_UPDATE: 5,
    GUILD_MEMBER_ADD: 2,
    GUILD_MEMBER_REMOVE: 2,
    GUILD_MEMBER_UPDATE: 1,
    MESSAGE_REACTION_ADD: 4,
    MESSAGE_REACTION_REMOVE: 1,
    CHANNEL_UPDATE: 1,
    GUILD_ROLE_UPDATE: 1,
    INTERACTION_CREATE: 3,
  },
  presence: { PRESENCE_UPDATE: 85, TYPING_START: 6, MESSAGE_CREATE: 6, VOICE_STATE_UPDATE: 2, INTERACTION_CREATE: 1 },
  messages: { MESSAGE_CREATE: 80, MESSAGE_UPDATE: 15, MESSAGE_DELETE: 5 },
};

const MIX_EXPECTATIONS: Expectations = Object.fromEntries(LIVE_EVENT_NAMES.map((name) => [name, numberFrom(0)]));

/** @throws {TypeError | RangeError} when the mix has an unknown event, a wrong weight, or no weight above 0 */
export function checkEventMix(mix: EventMixName | EventMix): void {
  if (typeof mix === 'string') return;
  checkOptions('mix', mix, MIX_EXPECTATIONS);
  if (!Object.values(mix).some((weight) => weight > 0)) throw new RangeError('mix: no event has a weight above 0');
}

/**
 * Makes a function that draws event names by weight. Only events are drawn that a session with these intents could
 * get; undefined when there is none, and the function then must not be asked.
 */
export function createEventPicker(
  mix: EventMixName | EventMix,
  intents: number,
): ((random: Random) => LiveEventName) | undefined {
  const weights = typeof mix === 'string' ? EVENT_MIXES[mix] : mix;
  const names: LiveEventName[] = [];
  const bounds: number[] = [];
  let total = 0;
  for (const name of LIVE_EVENT_NAMES) {
    const required = requiredIntents(name, true);
    const weight = weights[name] ?? 0;
    if (weight === 0 || (required !== 0 && (required & intents) === 0)) continue;
    total += weight;
    names.push(name);
    bounds.push(total);
  }
  const last = names.at(-1);
  if (last === undefined) return undefined;
  return (random) => {
    const drawn = random() * total;
    return names[bounds.findIndex((bound) => drawn < bound)] ?? last;
  };
}
