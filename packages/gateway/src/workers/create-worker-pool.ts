import { GatewayError } from '../errors.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { ensureShard } from '../methods/shard-of.ts';
import { pause } from '../ports/pause.ts';
import { rejectReady, whenReady } from '../ready.ts';
import { report } from '../report.ts';
import { endsSession, OwnCloseCode } from '../shard/close-codes.ts';
import { managerOf } from '../shard/manager-of.ts';
import type { Shard } from '../shard/shard.ts';
import type { ToWorker } from './messages.ts';
import { homeOf, prepareEvenBuckets } from './even-spread.ts';
import { showPhase } from './mirror.ts';
import type { PoolEvents } from './pool-events.ts';
import { poolSettings, type WorkerPoolOptions } from './pool-options.ts';
import { createRemoteShard, type RemoteHost, type RemoteShard } from './remote-shard.ts';
import { createSettledTeller } from './settled-teller.ts';
import { shippedOptions } from './shipped-options.ts';
import type { WorkerPool } from './worker-pool.ts';
import { createWorkerSlot, type SlotHub, type WorkerSlot } from './worker-slot.ts';

/** Workers of a pool that was told no number and has no gateway yet. */
const MOST_WORKERS = 1_024;
const STOP_LOOK_MS = 10;

/**
 * Makes a pool of workers that hold a gateway's shards: sockets, inflating, sessions and filters run there, spread over the processor's cores; the gateway here stays the one
 * place to call and to listen to. Nothing is started before the first shard.
 *
 * @throws {TypeError | RangeError} naming every option that does not exist or whose value is wrong
 *
 * @example
 * const pool = createWorkerPool({ maxClusters: 2, module: new URL('./worker.js', import.meta.url) });
 * pool.attach(gateway);
 * await gateway.spawnShards(gateway);
 */
export function createWorkerPool(options: WorkerPoolOptions = {}): WorkerPool {
  const settings = poolSettings(options);
  const { clock, events } = settings;
  const links = new Map<number, RemoteShard>();
  const slots = new Map<number, WorkerSlot>();
  const linkOf = new WeakMap<Shard, RemoteShard>();
  let lastIndex = 0;

  const emit = <Name extends keyof PoolEvents>(name: Name, event: Parameters<PoolEvents[Name]>[0]): void => {
    try {
      (events.emit as (name: string, event: unknown) => boolean)(name, event);
    } catch {
      // A listener's mistake must cost no shard.
    }
  };

  const teller = createSettledTeller(clock, (workerId, message) => slots.get(workerId)?.post(message));

  const host: RemoteHost = {
    post: (link, message: ToWorker) =>
      // On its way to another worker it has none.
      link.onReleased === undefined && slots.get(link.workerId)?.post(message) === true,
    touch: teller.touch,
    stoppedAlone(link) {
      const { shard } = link;
      const { session } = shard.state;
      showPhase(link, { kind: 'stopped' });
      shard.state = { ...shard.state, session: endsSession(link.stopping ?? 0) ? undefined : session };
      stopped(link);
    },
  };

  const stopped = (link: RemoteShard): void => {
    forget(link);
    const { shard } = link;
    const gateway = managerOf(shard);
    report(gateway, 'shardStopped', { shardId: shard.id });
    rejectReady(gateway, shard, new GatewayError('stopped', `shard ${shard.id} was stopped`, { shardId: shard.id }));
    gateway.runtime.onDrained?.();
  };

  const forget = (link: RemoteShard): void => {
    links.delete(link.index);
    linkOf.delete(link.shard);
    const slot = slots.get(link.workerId);
    slot?.links.delete(link);
    slot?.post({ type: 'drop', index: link.index });
    link.unlink();
    link.onReleased?.();
  };

  const hub: SlotHub = {
    links,
    nextIndex(link) {
      links.delete(link.index);
      links.set(++lastIndex, link);
      return lastIndex;
    },
    touch: teller.touch,
    stopped,
    workers: (gateway) => settings.maxClusters ?? gateway.maxClusters,
    started: ({ workerId }, ids) => emit('workerStarted', { workerId, ...ids }),
    lost(slot, cause, error, retryInMs) {
      const { workerId } = slot;
      const lost = [...slot.links];
      for (const link of lost) shardLost(slot, link, cause, retryInMs);
      emit('workerLost', { workerId, cause, error, shardIds: lost.map(({ shard }) => shard.id), retryInMs });
    },
  };

  /** What a shard does whose worker is gone; the slot gives it to the next one. */
  const shardLost = (slot: WorkerSlot, link: RemoteShard, cause: string, retryInMs: number): void => {
    const { shard } = link;
    links.delete(link.index);
    link.deaf = false;
    if (link.onReleased !== undefined) {
      slot.links.delete(link);
      return link.onReleased();
    }
    if (link.stopping !== undefined) return host.stoppedAlone(link);
    if (shard.status === 'fatal') return forget(link);
    if (!link.started) return;
    showPhase(link, { kind: 'waiting' });
    const gateway = managerOf(shard);
    report(gateway, 'shardDisconnected', {
      shardId: shard.id,
      cause: `worker ${slot.workerId} is gone (${cause})`,
      retryInMs,
    });
  };

  const slotOf = (workerId: number): WorkerSlot => {
    const most = settings.maxClusters ?? MOST_WORKERS;
    if (!Number.isSafeInteger(workerId) || workerId < 1 || workerId > most)
      throw new RangeError(`worker ${workerId} may not be: workers are numbered from 1 to ${most}`);
    let slot = slots.get(workerId);
    if (slot === undefined) slots.set(workerId, (slot = createWorkerSlot(workerId, settings, hub)));
    return slot;
  };

  const give = (link: RemoteShard, slot: WorkerSlot): void => {
    link.workerId = slot.workerId;
    slot.links.add(link);
    // A worker that starts now takes all that wait for it.
    if (slot.state === 'idle') slot.ensureStarted();
    else slot.seat(link);
  };

  /** Sees to it that a shard that does not run yet will run in a worker. */
  const place = (gateway: GatewayManager, shardId: number, shardCount: number, workerId: number): void => {
    const existing = gateway.shards.get(shardId);
    const link = existing === undefined ? undefined : linkOf.get(existing);
    if (link !== undefined && link.shardCount === shardCount) return;
    if (link !== undefined) forget(link);
    else if (existing !== undefined && !['idle', 'stopped', 'fatal'].includes(existing.status)) return;
    const shard = ensureShard(gateway, shardId, shardCount);
    shard.shardCount = shardCount;
    // A reshard begins: from here on the old shards' events have to come unfiltered.
    if (gateway.runtime.crossing !== undefined) for (const other of slots.values()) other.tellOptions();
    const slot = slotOf(workerId);
    const made = createRemoteShard(shard, workerId, host);
    linkOf.set(shard, made);
    give(made, slot);
  };

  const newest = (shardId: number, shardCount: number | undefined): RemoteShard => {
    const found = [...links.values()]
      .filter(({ shard }) => shard.id === shardId && (shardCount === undefined || shard.shardCount === shardCount))
      .at(-1);
    if (found === undefined) throw new RangeError(`shard ${shardId} is in no worker`);
    return found;
  };

  const move = async (link: RemoteShard, target: WorkerSlot): Promise<void> => {
    const { shard, workerId: from } = link;
    if (from === target.workerId) return;
    if (link.onReleased !== undefined)
      throw new GatewayError('notAvailable', `shard ${shard.id} is moving already`, { shardId: shard.id });
    const ready = whenReady(managerOf(shard), shard);
    const source = slots.get(from);
    await new Promise<void>((resolve) => {
      link.onReleased = resolve;
      if (source?.post({ type: 'release', index: link.index, drainMs: settings.drainMs }) !== true) resolve();
    });
    link.onReleased = undefined;
    source?.links.delete(link);
    links.delete(link.index);
    // Stopped for good meanwhile.
    if (shard.remote !== link) return ready;
    if (link.stopping !== undefined) return host.stoppedAlone(link);
    give(link, target);
    emit('shardMoved', { shardId: shard.id, from, to: target.workerId });
    return ready;
  };

  const stop = async (): Promise<void> => {
    for (const link of links.values())
      if (link.stopping === undefined)
        link.apply({ type: 'stop', code: OwnCloseCode.Shutdown, reason: 'the workers are stopping' });
    const never = new AbortController().signal;
    for (let waited = 0; links.size > 0 && waited < settings.stopTimeoutMs; waited += STOP_LOOK_MS)
      await pause(clock, STOP_LOOK_MS, never);
    await Promise.all(
      Array.from(slots.values(), async (slot) => {
        const wasUp = slot.state !== 'idle';
        await slot.stop();
        if (wasUp) emit('workerStopped', { workerId: slot.workerId });
      }),
    );
    for (const link of [...links.values()]) host.stoppedAlone(link);
  };

  const tellClusterToIdentify: WorkerPool['tellClusterToIdentify'] = async (gateway, workerId, shardId) => {
    place(gateway, shardId, gateway.maxShards, workerId);
    await gateway.identify(gateway, shardId, gateway.maxShards);
  };

  return {
    events,
    tellClusterToIdentify,
    attach(gateway) {
      mustBeCloneable(gateway);
      const { identify, resume, stopGateway } = gateway;
      if (settings.shardsPerCluster !== undefined) gateway.shardsPerCluster = settings.shardsPerCluster;
      if (settings.maxClusters !== undefined) gateway.maxClusters = settings.maxClusters;
      gateway.prepareBuckets = prepareEvenBuckets;
      gateway.tellClusterToIdentify = tellClusterToIdentify;
      gateway.identify = (manager, shardId, maxShards) => {
        place(manager, shardId, maxShards, homeOf(manager, shardId));
        return identify(manager, shardId, maxShards);
      };
      gateway.resume = (manager, shardId) => {
        const shard = manager.shards.get(shardId);
        if (shard !== undefined) place(manager, shardId, shard.shardCount, homeOf(manager, shardId));
        return resume(manager, shardId);
      };
      gateway.stopGateway = async (manager, code, reason) => {
        await stopGateway(manager, code, reason);
        // The workers may have another gateway's shards, too; a generation of this one's inherits from it.
        const isOwn = (one: GatewayManager): boolean =>
          one === manager || Object.prototype.isPrototypeOf.call(manager, one);
        if ([...links.values()].every(({ shard }) => isOwn(managerOf(shard)))) await stop();
      };
    },
    async start(workers) {
      const wanted = Array.from({ length: workers }, (_, index) => slotOf(index + 1));
      await Promise.all(wanted.map((slot) => startOne(slot)));
    },
    stop,
    move: async (shardId, workerId, shardCount) => move(newest(shardId, shardCount), slotOf(workerId)),
    async rebalance() {
      let moves = 0;
      for (;;) {
        const bySize = Array.from(slots.values()).toSorted((one, other) => other.links.size - one.links.size);
        const [fullest, emptiest] = [bySize[0], bySize.at(-1)];
        const [link] = fullest?.links ?? [];
        if (!fullest || !emptiest || !link || fullest.links.size - emptiest.links.size < 2) return moves;
        await move(link, emptiest);
        moves++;
      }
    },
    status: () =>
      Array.from(slots.values(), ({ workerId, state, pid, threadId, losses, links: held }) => ({
        workerId,
        state,
        pid,
        threadId,
        losses,
        shards: Array.from(held, ({ shard }) => ({ shardId: shard.id, shardCount: shard.shardCount })),
      })),
  };

  function startOne(slot: WorkerSlot): Promise<void> {
    return new Promise((resolve, reject) => {
      if (slot.state === 'running') return resolve();
      const done = (): void => {
        events.off('workerStarted', started);
        events.off('workerLost', lost);
        events.off('workerStopped', stoppedEarly);
      };
      const started: PoolEvents['workerStarted'] = ({ workerId }) => {
        if (workerId === slot.workerId) resolve(done());
      };
      const lost: PoolEvents['workerLost'] = ({ workerId, error }) => {
        if (workerId !== slot.workerId) return;
        done();
        reject(error instanceof Error ? error : new Error(`worker ${workerId} could not be started`));
      };
      const stoppedEarly: PoolEvents['workerStopped'] = ({ workerId }) => {
        if (workerId !== slot.workerId) return;
        done();
        reject(new GatewayError('stopped', `worker ${workerId} was stopped while it started`));
      };
      events.on('workerStarted', started);
      events.on('workerLost', lost);
      events.on('workerStopped', stoppedEarly);
      slot.ensureStarted();
    });
  }
}

/** Options go to the workers as they are. */
function mustBeCloneable(gateway: GatewayManager): void {
  for (const [name, value] of Object.entries(shippedOptions(gateway, 1))) {
    try {
      structuredClone(value);
    } catch (cause) {
      throw new TypeError(`option ${name} cannot be handed to a worker: it must be plain data, without functions`, {
        cause,
      });
    }
  }
}
