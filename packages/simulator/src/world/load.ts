import type { Simulation } from '../simulation.ts';
import { randomInteger } from '../time/random.ts';
import { tell } from '../session/dispatch.ts';
import { createEventPicker } from './events-mix.ts';
import type { LiveEventName } from './events-mix.ts';
import type { Guild } from './guild-population.ts';
import type { Random } from '../time/random.ts';

/** Live events at the rate of the settings, for as long as there are sessions. */
export interface Load {
  /** Starts or stops as settings and sessions now are. */
  update(): void;
}

const TICK_MS = 20;
/** After a pause of the process no more than this is made up for. */
const LONGEST_ARREARS_MS = 1_000;
/** Tries to find a guild that is up; with most guilds down there are fewer events. */
const GUILD_TRIES = 8;

/** A guild that the bot is in and that is not down. */
export function anyGuild(simulation: Simulation): Guild | undefined {
  const { population, random } = simulation;
  for (let tries = 0; tries < GUILD_TRIES && population.created > 0; tries += 1) {
    const index = randomInteger(random, 0, population.created - 1);
    if (population.status(index) === 'available') return population.guild(index);
  }
  return undefined;
}

export function createLoad(simulation: Simulation): Load {
  const { clock, settings, sessions, timers, random, live } = simulation;
  let timer: unknown;
  let lastTick = 0;
  let owed = 0;
  let pick: ((random: Random) => LiveEventName) | undefined;
  let pickedFor: { readonly mix: unknown; readonly intents: number } | undefined;

  function picker(): typeof pick {
    const intents = sessions.intents();
    if (pickedFor?.mix !== settings.mix || pickedFor.intents !== intents) {
      pickedFor = { mix: settings.mix, intents };
      pick = createEventPicker(settings.mix, intents);
    }
    return pick;
  }

  function tick(): void {
    const now = clock.now();
    owed += (settings.eventsPerSecond * Math.min(now - lastTick, LONGEST_ARREARS_MS)) / 1_000;
    lastTick = now;
    timer = timers.set(tick, TICK_MS);
    const draw = picker();
    for (; owed >= 1; owed -= 1) {
      const guild = draw === undefined ? undefined : anyGuild(simulation);
      if (draw !== undefined && guild !== undefined) tell(simulation, live.make(draw(random), guild));
    }
  }

  return {
    update() {
      const runs = settings.eventsPerSecond > 0 && sessions.size > 0;
      if (runs && timer === undefined) {
        lastTick = clock.now();
        owed = 0;
        timer = timers.set(tick, TICK_MS);
      }
      if (!runs && timer !== undefined) {
        timers.clear(timer);
        timer = undefined;
      }
    },
  };
}
