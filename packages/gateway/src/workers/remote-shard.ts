import { encodeCommand, Op, type Payload } from '@shardgate/wire';
import { GatewayError } from '../errors.ts';
import type { GuildRegistry } from '../filters/guild-registry.ts';
import type { SendOptions, ShardCommand } from '../shard-command.ts';
import type { ShardInput } from '../shard/input.ts';
import { settle, takeOff } from '../shard/in-flight.ts';
import { managerOf } from '../shard/manager-of.ts';
import type { ProbeState } from '../shard/probe.ts';
import type { RemoteLink } from '../shard/remote-link.ts';
import type { Shard } from '../shard/shard.ts';
import type { GuildCall, ShardSeat, ToWorker } from './messages.ts';
import { createModuleCalls, type ModuleCalls } from './module-calls.ts';
import { RemoteTracker } from './remote-tracker.ts';
import { receivedError, type SentError } from './sent-error.ts';
import { FOR_MODULE, passedBy } from './verdict.ts';

/** What a mirror needs of the pool. */
export interface RemoteHost {
  /** False when the shard's worker is not there now. */
  post(link: RemoteShard, message: ToWorker): boolean;
  /** Handlers may be done with events of the shard: its worker is told soon. */
  touch(link: RemoteShard): void;
  /** The shard was stopped while no worker had it. */
  stoppedAlone(link: RemoteShard): void;
}

/** A shard whose socket is in a worker, seen from here. */
export interface RemoteShard extends RemoteLink {
  readonly shard: Shard;
  readonly shardCount: number;
  /** Of the worker that has it. */
  workerId: number;
  /** By which both sides name it; another one in each worker that it gets. */
  index: number;
  /** The session that `shard.tracker` counts for. */
  sessionId: string | undefined;
  /** Events come from a connection that is given up. */
  deaf: boolean;
  /** Stands in the row of those whose settled number is told soon. */
  touched: boolean;
  toldSettled: number;
  /** It was asked to connect, and a new worker has to as well. */
  started: boolean;
  /** The close code with which it was asked to stop, if it was. */
  stopping: number | undefined;
  /** While it is on its way to another worker: told when the old one has let go, or is gone. */
  onReleased: (() => void) | undefined;
  /** What its worker counted until now. */
  counted: Record<string, number>;
  /** The registry's own methods, which tell no one. */
  readonly guilds: Pick<GuildRegistry, GuildCall[0]>;
  /** Events that the module over there was told to take. */
  readonly calls: ModuleCalls;
  /** What the worker's filters made of dispatches that came unfiltered. */
  readonly verdicts: WeakMap<Payload, number>;
  /** A tracker from this number on. */
  trackFrom(seq: number): RemoteTracker;
  /** What a worker has to know to take it. Goes back to what is settled. */
  seat(index: number): ShardSeat;
  /** What was asked of it while no worker had it, and commands that the last worker did not answer. */
  catchUp(): void;
  /** A worker says that a command was written, or that it never will be. */
  commandDone(id: number, error: SentError | undefined): void;
  /** A worker says what became of a probe. */
  probed(id: number, answered: boolean): void;
  /** The module works on these: nothing behind them is settled before they are. */
  taken(seqs: readonly number[]): void;
  /** The module is to take these; again, where another worker was told before. */
  call(seqs: readonly number[]): void;
  /** The shard is an ordinary one again. */
  unlink(): void;
}

interface PendingCommand {
  readonly message: ShardCommand;
  readonly options: SendOptions;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Makes a shard the mirror of one in a worker: docs/decisions/0009. */
export function createRemoteShard(shard: Shard, workerId: number, host: RemoteHost): RemoteShard {
  const commands = new Map<number, PendingCommand>();
  const probes = new Map<number, (state: ProbeState) => void>();
  let inputs: ShardInput[] = [];
  let lastProbe = 0;
  /** The session that is to be given up for a new one; a worker that is lost may not have come to it. */
  let endingSession: string | undefined;
  let lastCommand = 0;
  const { ready, created, deleted, set } = shard.guilds;

  const link: RemoteShard = {
    shard,
    shardCount: shard.shardCount,
    workerId,
    index: 0,
    sessionId: shard.state.session?.sessionId,
    deaf: false,
    touched: false,
    toldSettled: 0,
    started: false,
    stopping: undefined,
    onReleased: undefined,
    counted: {},
    guilds: { ready, created, deleted, set },
    calls: createModuleCalls(shard),
    verdicts: new WeakMap(),
    get openCommands() {
      return commands.size;
    },
    trackFrom: (seq) => new RemoteTracker(seq, () => host.touch(link)),
    apply(input) {
      if (input.type === 'stop') {
        link.stopping = input.code;
        if (!host.post(link, { type: 'input', index: link.index, input })) host.stoppedAlone(link);
        return;
      }
      const { kind } = shard.state.phase;
      const begins = input.type === 'start' || input.type === 'reidentify';
      if (begins) {
        link.started = true;
        link.stopping = undefined;
        if (input.type === 'reidentify') endingSession = shard.state.session?.sessionId;
        if (input.type === 'reidentify') endingSession = shard.state.session?.sessionId;
        // Nobody else may start it meanwhile.
        if (kind === 'idle' || kind === 'stopped' || kind === 'fatal')
          shard.state = { ...shard.state, phase: { kind: 'waiting' } };
      }
      if (!host.post(link, { type: 'input', index: link.index, input }) && input.type !== 'start') inputs.push(input);
    },
    send(message, options) {
      const gateway = managerOf(shard);
      if (commands.size >= gateway.maxQueuedCommands) {
        const text = `command op ${message.op} was not taken: ${commands.size} commands are waiting already`;
        return Promise.reject(new GatewayError('queueFull', text, { shardId: shard.id }));
      }
      return new Promise((resolve, reject) => {
        const id = ++lastCommand;
        const plain: ShardCommand = { op: message.op, d: plainData(message.d) };
        commands.set(id, { message: plain, options, resolve, reject });
        host.post(link, { type: 'send', index: link.index, id, message: plain, options });
      });
    },
    commandDone(id, error) {
      const command = commands.get(id);
      commands.delete(id);
      if (error === undefined && command?.message.op === Op.RequestGuildMembers)
        shard.requestedAt = managerOf(shard).clock.now();
      if (error === undefined) command?.resolve();
      else command?.reject(receivedError(error));
    },
    rejectCommands(error) {
      const waiting = [...commands.values()];
      commands.clear();
      for (const { reject } of waiting) reject(error);
    },
    probe() {
      const { index } = link;
      const id = ++lastProbe;
      if (!host.post(link, { type: 'probe', index, id })) return undefined;
      let state: ProbeState = 'waiting';
      probes.set(id, (is) => {
        state = is;
      });
      return {
        get state() {
          return state;
        },
      };
    },
    probed(id, answered) {
      probes.get(id)?.(answered ? 'answered' : 'void');
      probes.delete(id);
    },
    filtered(payload) {
      const verdict = link.verdicts.get(payload);
      if (verdict === undefined) return payload;
      const passed = passedBy(payload, verdict);
      if (passed !== undefined) link.verdicts.set(passed, verdict);
      return passed;
    },
    handle(payload, done) {
      const { s } = payload;
      if (s === null || ((link.verdicts.get(payload) ?? 0) & FOR_MODULE) === 0) return false;
      link.calls.add(s, done);
      link.call([s]);
      return true;
    },
    taken(seqs) {
      const { tracker } = shard;
      for (const seq of seqs) {
        if (!tracker.receive(seq)) continue;
        const flight = tracker.begin(seq, 0, managerOf(shard).clock.now());
        takeOff(shard, flight);
        link.calls.add(
          seq,
          () => settle(managerOf(shard), shard, tracker, flight),
          () => {
            flight.held = true;
          },
        );
      }
      host.touch(link);
    },
    call: (seqs) => void host.post(link, { type: 'call', index: link.index, seqs }),
    takeUpAgain(error) {
      link.calls.clear();
      const { settled } = shard.tracker;
      shard.tracker = link.trackFrom(settled);
      const told = host.post(link, { type: 'takeUpAgain', index: link.index, settled, reason: error.message });
      // What is on its way comes again.
      link.deaf = told;
    },
    seat(index) {
      link.index = index;
      link.deaf = false;
      for (const told of probes.values()) told('void');
      probes.clear();
      link.counted = {};
      const { session: current } = shard.state;
      const session = current?.sessionId === endingSession ? undefined : current;
      const seq = shard.tracker.settled;
      const { stored } = shard;
      link.toldSettled = seq;
      const { changed } = shard.guilds;
      const guilds = shard.guilds.snapshot(seq);
      // The new worker repeats what came after; and what the snapshot took off the registry's hands is due again.
      shard.guilds.restore(guilds, seq);
      if (changed) shard.stored = undefined;
      const known = guilds.available.length + guilds.loading.length + guilds.unavailable.length > 0;
      return {
        index,
        shardId: shard.id,
        shardCount: link.shardCount,
        session,
        seq,
        stored,
        guilds: session !== undefined || known ? guilds : undefined,
        guildsAnnounced: shard.guildsAnnounced,
        userId: shard.userId,
        applicationId: shard.applicationId,
        presence: plainData(shard.presence),
        covered: [...(shard.covered ?? [])],
      };
    },
    catchUp() {
      const { index } = link;
      const called = link.calls.seqs();
      if (called.length > 0) link.call(called);
      if (link.started) host.post(link, { type: 'input', index, input: { type: 'start' } });
      for (const input of inputs) host.post(link, { type: 'input', index, input });
      inputs = [];
      for (const [id, { message, options }] of commands) host.post(link, { type: 'send', index, id, message, options });
    },
    unlink() {
      shard.guilds.set = set;
      if (shard.remote === link) shard.remote = undefined;
      link.rejectCommands(new GatewayError('stopped', `shard ${shard.id} was stopped`, { shardId: shard.id }));
    },
  };

  shard.guilds.set = (id, status) => {
    set(id, status);
    host.post(link, { type: 'guild', index: link.index, id, status });
  };
  shard.tracker = link.trackFrom(shard.tracker.settled);
  // Its worker tells when the guilds have loaded.
  shard.lastGuildAt = Number.POSITIVE_INFINITY;
  shard.remote = link;
  return link;
}

/** What Discord gets of it: classes and functions can be sent there, but not to a worker. */
function plainData(d: unknown): unknown {
  if (d === undefined) return undefined;
  const { d: plain } = JSON.parse(encodeCommand({ op: Op.PresenceUpdate, d }, 'json').toString()) as { d: unknown };
  return plain;
}
