import { EVENTS } from './events.ts';
import type { EventName } from './events.ts';
import { createRandom } from '@shardgate/simulator';
import { pick } from './random.ts';
import type { Random } from '@shardgate/simulator';
import { createWorld } from './world.ts';

export type MixName = 'typical' | 'presence';

/** How often each event comes, per hundred. No public figures are known: estimates of a bot with all intents. */
export const MIXES: Readonly<Record<MixName, Readonly<Partial<Record<EventName, number>>>>> = {
  typical: {
    MESSAGE_CREATE: 40,
    PRESENCE_UPDATE: 14,
    TYPING_START: 16,
    MESSAGE_REACTION_ADD: 10,
    VOICE_STATE_UPDATE: 8,
    GUILD_MEMBER_UPDATE: 7,
    MESSAGE_UPDATE: 5,
  },
  presence: { PRESENCE_UPDATE: 90, MESSAGE_CREATE: 4, TYPING_START: 4, VOICE_STATE_UPDATE: 2 },
};

export interface MixedEvent {
  readonly t: EventName;
  readonly d: object;
}

const world = createWorld();

/** An endless row of events. Streams of different seeds share people and guilds, and no message. */
export function* mixedEvents(mix: MixName, seed: number): Generator<MixedEvent, never> {
  const random = createRandom(seed);
  const names = Object.entries(MIXES[mix]) as [EventName, number][];
  for (;;) {
    const t = draw(random, names);
    yield { t, d: EVENTS[t](random, pick(random, world)) };
  }
}

function draw(random: Random, names: readonly (readonly [EventName, number])[]): EventName {
  let left = random() * names.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of names) {
    left -= weight;
    if (left < 0) return name;
  }
  throw new Error('no event was drawn');
}
