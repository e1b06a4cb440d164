import { createGatewayManager } from '../create-gateway-manager.ts';
import type { DispatchPayload } from '../dispatch-payload.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { HELD } from '../held.ts';
import type { GatewayEvents } from '../life-cycle-events.ts';
import type { Payload } from '@shardgate/wire';
import { isThenable } from '../report.ts';
import type { Clock } from '../ports/clock.ts';
import type { Shard } from '../shard/shard.ts';
import type { Outbox } from './batch.ts';
import type { ShardFigures } from './messages.ts';
import type { Questions } from './questions.ts';
import { sentError } from './sent-error.ts';
import { creationOptions, type ShippedOptions } from './shipped-options.ts';
import { guildEventBits, PASSED_ON } from './verdict.ts';
import { createWorkerDoor, type SeatedShard, type WorkerDoor } from './worker-door.ts';

/** Life-cycle events that tell of what is one for all, or that only this thread's book-keeping means. */
const KEPT: ReadonlySet<string> = new Set<keyof GatewayEvents>([
  'identifyBudget',
  'identifyRefused',
  'spawnProgress',
  'storeError',
  'gatewayBotError',
]);

/** A worker's manager for the shards of one shard count. */
export interface WorkerManager {
  readonly gateway: GatewayManager;
  /** Its shards by id, with the index by which both sides name them. */
  readonly seated: Map<number, SeatedShard>;
  readonly door: WorkerDoor;
}

/**
 * Makes the manager that holds a worker's shards: an ordinary one, but that its handler hands every event to the main thread and that whatever is one for all workers is asked
 * there.
 */
export function createWorkerManager(
  options: ShippedOptions,
  shardCount: number,
  parts: { readonly outbox: Outbox; readonly questions: Questions; readonly clock: Clock },
): WorkerManager {
  const { outbox, questions, clock } = parts;
  const seated = new Map<number, SeatedShard>();
  const indexOf = (shardId: number): number => seated.get(shardId)?.index ?? -1;
  const forward: GatewayManager['handleDiscordPayload'] = (_gateway, data: DispatchPayload, shardId) => {
    const payload = data as unknown as Payload;
    const known = door.crosses(shardId, payload.s);
    outbox.dispatch(indexOf(shardId), payload, guildEventBits(payload) | (known ? PASSED_ON : 0));
    return HELD;
  };
  const gateway = createGatewayManager({
    ...creationOptions(options),
    maxShards: shardCount,
    handleDiscordPayload: forward,
    // The mirror sees to it, which knows as well what the main thread has settled.
    checkpointEvents: Number.MAX_SAFE_INTEGER,
    requestIdentify(manager, shardId, signal) {
      // The mirror learns that the shard waits for its turn.
      noteFigures(manager, shardId);
      return questions.permit(indexOf(shardId), shardId, signal);
    },
    fetchGatewayBot: () => questions.gatewayBot([...seated.values()][0]?.index ?? -1),
    sessionStore: {
      load: async () => [],
      save: (checkpoints) =>
        questions.save(checkpoints.map(({ shardId, sessionId, seq }) => [indexOf(shardId), sessionId, seq] as const)),
      remove: (keys) => questions.remove(keys.map(({ shardId }) => indexOf(shardId))),
    },
  });
  const door = createWorkerDoor(
    gateway,
    (shardId) => seated.get(shardId),
    outbox,
    () => gateway.handleDiscordPayload !== forward,
  );
  watchHandler(gateway, forward, door);
  door.setOpen(options.crossing);
  if (!options.urlGiven) gateway.urlWSS = options.urlWSS;

  const noteFigures = (manager: GatewayManager, shardId: number): void => {
    const shard = manager.shards.get(shardId);
    if (shard !== undefined) outbox.note({ type: 'figures', figures: figuresOf(shard, indexOf(shardId), clock.now()) });
  };

  const { events } = gateway;
  const emit = events.emit.bind(events) as (name: string, event: unknown) => boolean;
  const forwarding = (name: string, event: { shardId?: number; error?: unknown }): boolean => {
    // A failure that concerns no shard goes along with any.
    const carrier = event.shardId ?? (name === 'hookError' ? [...seated.keys()][0] : undefined);
    const shard = carrier === undefined ? undefined : gateway.shards.get(carrier);
    const index = shard === undefined ? undefined : seated.get(shard.id)?.index;
    if (shard !== undefined && index !== undefined && !KEPT.has(name)) {
      const told = 'error' in event ? { ...event, error: sentError(event.error) } : event;
      outbox.note({ type: 'event', name, event: told, figures: figuresOf(shard, index, clock.now()) });
    }
    return emit(name, event);
  };
  events.emit = forwarding as typeof events.emit;
  return { gateway, seated, door };
}

export function figuresOf(shard: Shard, index: number, now: number): ShardFigures {
  const { phase, session, failures } = shard.state;
  return {
    index,
    phase,
    now,
    session,
    failures,
    settled: shard.tracker.settled,
    heartbeat: { ...shard.heartbeat },
    counts: { ...shard.counts },
    userId: shard.userId,
    applicationId: shard.applicationId,
    guildsAnnounced: shard.guildsAnnounced,
    requestedAt: shard.requestedAt,
  };
}

/** Whatever the module puts in the handler's place: the main thread must not take for settled what it still works on. */
function watchHandler(
  gateway: GatewayManager,
  forward: GatewayManager['handleDiscordPayload'],
  door: WorkerDoor,
): void {
  let handler = forward;
  Object.defineProperty(gateway, 'handleDiscordPayload', {
    configurable: true,
    enumerable: true,
    get: () => handler,
    set(given: typeof forward) {
      if (given === forward || typeof given !== 'function') handler = given;
      else
        handler = (manager, data, shardId) => {
          const result: unknown = given(manager, data, shardId);
          const { s } = data;
          return isThenable(result) && s !== null ? door.took(shardId, s, result) : result;
        };
    },
  });
}
