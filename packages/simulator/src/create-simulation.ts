import {
  DEFAULT_APPLICATION,
  DEFAULT_GUILDS,
  DEFAULT_SEED,
  DEFAULT_SETTINGS,
  OPTION_EXPECTATIONS,
  SETTING_EXPECTATIONS,
} from './defaults.ts';
import { createFaultRules } from './faults/fault-rules.ts';
import { createIdentifyBudget } from './limits/budget.ts';
import { createIdentifyLimit } from './limits/identify-limit.ts';
import { checkOptions, definedValues, text } from './option-check.ts';
import { createLedger } from './records/ledger.ts';
import { createViolationList } from './records/violations.ts';
import { createSessionStore } from './session/session-store.ts';
import type { Settings } from './settings.ts';
import type { Application, Simulation } from './simulation.ts';
import { createSystemClock } from './time/clock.ts';
import type { Clock } from './time/clock.ts';
import { createRandom } from './time/random.ts';
import type { Random } from './time/random.ts';
import { createTimerSet } from './time/timer-set.ts';
import { createTokenCheck } from './tokens.ts';
import { createFrameWriters } from './wire/frame-writer.ts';
import { checkEventMix } from './world/events-mix.ts';
import { checkGuildShape, createGuildPopulation } from './world/guild-population.ts';
import { createLiveEvents } from './world/live-events.ts';
import { isSnowflake } from './world/snowflake.ts';

/** What a simulator is made of. Every setting is an option, too. */
export interface SimulatorOptions extends Partial<Settings> {
  /** Time. @defaultValue the real one */
  readonly clock?: Clock;
  /** Randomness. @defaultValue made of `seed` */
  readonly random?: Random;
  /** Seed of the randomness. @defaultValue 1 */
  readonly seed?: number;
  /** The bot's token. @defaultValue any token is good */
  readonly token?: string;
  /** The bot's application and user. */
  readonly application?: Partial<Application>;
  /** Guilds the bot is in at the start. @defaultValue 10 */
  readonly guilds?: number;
  /** Identifies left at the start. @defaultValue all */
  readonly identifyRemaining?: number;
}

/** Base URLs while nobody listens: the in-memory door knows these. */
const MEMORY_ADDRESSES = { main: 'wss://gateway.discord.gg', resume: 'wss://gateway-us-east1-z.discord.gg' };

function checkParts(settings: Partial<Settings>): void {
  if (settings.guildShape !== undefined) checkGuildShape(settings.guildShape);
  if (settings.mix !== undefined) checkEventMix(settings.mix);
}

/** @throws {TypeError | RangeError} when a setting is unknown or wrong; nothing is changed then */
export function changeSettings(simulation: Simulation, changes: Partial<Settings>): void {
  checkOptions('configure', changes, SETTING_EXPECTATIONS);
  checkParts(changes);
  Object.assign(simulation.settings, definedValues(changes));
}

function resolveApplication(given: Partial<Application> | undefined): Application {
  checkOptions('createSimulator: application', given ?? {}, { id: text, name: text });
  const application = { ...DEFAULT_APPLICATION, ...definedValues(given ?? {}) };
  if (!isSnowflake(application.id))
    throw new RangeError(`createSimulator: application.id is ${JSON.stringify(application.id)}, expected an id`);
  return application;
}

/** @throws {TypeError | RangeError} when an option is unknown or wrong */
export function createSimulation(options: SimulatorOptions): Simulation {
  checkOptions('createSimulator', options, OPTION_EXPECTATIONS);
  checkParts(options);
  const {
    clock = createSystemClock(),
    seed = DEFAULT_SEED,
    token,
    guilds = DEFAULT_GUILDS,
    identifyRemaining,
    ...rest
  } = options;
  const { random = createRandom(seed), application: givenApplication, ...given } = rest;
  const settings: Settings = { ...DEFAULT_SETTINGS, ...definedValues(given) };
  const application = resolveApplication(givenApplication);
  return {
    clock,
    random,
    timers: createTimerSet(clock),
    settings,
    application,
    tokens: createTokenCheck(token),
    population: createGuildPopulation(settings, guilds, application),
    live: createLiveEvents({ random, wallTime: () => clock.wallTime(), applicationId: application.id }),
    sessions: createSessionStore(),
    connections: new Map(),
    identifyLimit: createIdentifyLimit(settings),
    budget: createIdentifyBudget(settings, identifyRemaining),
    memberRequests: new Map(),
    faults: createFaultRules(),
    ledger: createLedger(settings),
    violations: createViolationList(),
    frameWriters: createFrameWriters(),
    addresses: { ...MEMORY_ADDRESSES },
    loggedOut: new Set(),
    refusals: new Map(),
    firstBeats: [],
    lastConnection: 0,
    sessionsChanged: () => {},
  };
}
