import { EventEmitter } from 'eventemitter3';
import { z } from 'zod';
import { plainDefaults } from './defaults.ts';
import type { Delivery, DeliveryMethods, DeliveryState } from './delivery.ts';
import type { DeliveryEvents } from './delivery-events.ts';
import { accept } from './methods/accept.ts';
import { attach } from './methods/attach.ts';
import { drain } from './methods/drain.ts';
import { filterSink } from './methods/filter-sink.ts';
import { start } from './methods/start.ts';
import { status } from './methods/status.ts';
import { stop } from './methods/stop.ts';
import { checkOptions } from './options/check-options.ts';
import { anyFunction, count, port } from './options/shapes.ts';
import { createSinkSlot, type SinkSpec } from './sinks/sink-slot.ts';
import type { Sink } from './sink.ts';

/** Options of {@link createDelivery}: every property and method of a delivery, and its sinks. */
export interface DeliveryOptions extends Partial<DeliveryMethods> {
  /** Where events go: at least one; each by itself or with what is asked of it. */
  readonly sinks: readonly (Sink | SinkSpec)[];
  readonly journal?: DeliveryState['journal'];
  readonly journalAfterMs?: number;
  readonly window?: Partial<DeliveryState['window']>;
  readonly batch?: Partial<DeliveryState['batch']>;
  readonly gatherMs?: number;
  readonly maxMemoryBytes?: number;
  readonly ackTimeoutMs?: number;
  readonly backOff?: Partial<DeliveryState['backOff']>;
  readonly maxDeliveries?: number;
  readonly deadLetters?: DeliveryState['deadLetters'];
  readonly commands?: DeliveryState['commands'];
  readonly interactions?: Partial<DeliveryState['interactions']>;
  readonly events?: DeliveryState['events'];
  readonly clock?: DeliveryState['clock'];
  readonly random?: DeliveryState['random'];
  readonly soon?: DeliveryState['soon'];
}

const methods: Readonly<DeliveryMethods> = { start, attach, accept, drain, stop, filterSink, status };

const names = z.array(z.string());
const sink = port('open', 'deliver', 'close');
const shape = {
  sinks: z
    .array(
      z.union([
        sink,
        z.strictObject({
          sink,
          required: z.boolean().optional(),
          events: names.optional(),
          ignoreEvents: names.optional(),
        }),
      ]),
    )
    .min(1),
  journal: port('open', 'append', 'read', 'acknowledge', 'flush', 'close').optional(),
  journalAfterMs: count(0).optional(),
  window: z.strictObject({ events: count(1).optional(), bytes: count(1).optional() }).optional(),
  batch: z.strictObject({ events: count(1).optional(), bytes: count(1).optional() }).optional(),
  gatherMs: count(0).optional(),
  maxMemoryBytes: count(1).optional(),
  ackTimeoutMs: count(1).optional(),
  backOff: z.strictObject({ baseMs: count(1).optional(), capMs: count(1).optional() }).optional(),
  maxDeliveries: count(1).optional(),
  deadLetters: port('add', 'close').optional(),
  commands: port('wants', 'accept').optional(),
  interactions: z
    .strictObject({ maxAgeMs: count(1).optional(), answerAfterMs: count(0).optional(), answer: anyFunction.optional() })
    .optional(),
  events: port('emit', 'on').optional(),
  clock: port('now', 'wallTime', 'setTimer', 'clearTimer').optional(),
  random: anyFunction.optional(),
  soon: anyFunction.optional(),
  ...Object.fromEntries(Object.keys(methods).map((name) => [name, anyFunction.optional()])),
};

/**
 * Makes a delivery: takes events from a gateway and hands them to sinks, each in its own ordered lanes, until they are acknowledged. No I/O and no timer
 * before `start`.
 *
 * @throws {TypeError | RangeError} naming every option that does not exist or whose value is wrong
 *
 * @example
 * const delivery = createDelivery({ sinks: [createWebSocketSink({ name: 'bot', port: 8080, secretKey })], journal });
 * await delivery.start(delivery);
 * delivery.attach(delivery, gateway);
 * await gateway.spawnShards(gateway);
 */
export function createDelivery(options: DeliveryOptions): Delivery {
  checkOptions('createDelivery', options, shape);
  const { sinks, ...given } = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as unknown as DeliveryOptions;
  const specs = sinks.map((one) => ('sink' in one ? one : { sink: one }));
  const twice = specs.map(({ sink: { name } }) => name).find((name, index, all) => all.indexOf(name) !== index);
  if (twice !== undefined)
    throw new TypeError(
      `createDelivery: two sinks are called '${twice}'; a name stands for one cursor: give each its own`,
    );
  const state: Omit<DeliveryState, 'runtime'> = {
    ...plainDefaults,
    events: new EventEmitter<DeliveryEvents>(),
    ...(given as Partial<DeliveryState>),
    window: { ...plainDefaults.window, ...given.window },
    batch: { ...plainDefaults.batch, ...given.batch },
    backOff: { ...plainDefaults.backOff, ...given.backOff },
    interactions: { ...plainDefaults.interactions, ...given.interactions },
  };
  const overrides = Object.fromEntries(Object.entries(given).filter(([name]) => name in methods));
  const delivery = {
    ...state,
    ...methods,
    ...overrides,
    sessionStore: state.journal?.sessions,
  } as Delivery;
  Object.defineProperty(delivery, 'runtime', {
    value: {
      slots: specs.map(createSinkSlot),
      sources: new Map(),
      asked: new Map(),
      lanes: new Map(),
      due: [],
      unwritten: [],
      recovered: new Map(),
      shardCount: undefined,
      cuts: [],
      leaving: new Map(),
      highestFreed: -1,
      gateway: undefined,
      state: 'idle',
      memoryBytes: 0,
      isFull: false,
      askJournalAt: Number.NEGATIVE_INFINITY,
      gatheredAt: Number.NEGATIVE_INFINITY,
      upkeepTimer: undefined,
      watched: new Set(),
      onSettled: undefined,
      counts: { accepted: 0, duplicates: 0, journaled: 0 },
    } satisfies Delivery['runtime'],
  });
  return delivery;
}
