import { GatewayError } from '../errors.ts';
import type { GuildRegistry } from '../filters/guild-registry.ts';
import type { SendOptions, ShardCommand } from '../shard-command.ts';
import type { ShardInput } from '../shard/input.ts';
import { managerOf } from '../shard/manager-of.ts';
import type { RemoteLink } from '../shard/remote-link.ts';
import type { Shard } from '../shard/shard.ts';
import type { GuildCall, ShardSeat, ToWorker } from './messages.ts';
import { RemoteTracker } from './remote-tracker.ts';
import { receivedError, type SentError } from './sent-error.ts';

/** What a mirror needs of the pool. */
export interface RemoteHost {
  /** False when the shard's worker is not there now. */
  post(link: RemoteShard, message: ToWorker): boolean;
  /** Handlers may be done with events of the shard: its worker is told at the end of the tick. */
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
  /** Stands in the row of those whose settled number is told at the end of the tick. */
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
  /** A tracker from this number on. */
  trackFrom(seq: number): RemoteTracker;
  /** What a worker has to know to take it. Goes back to what is settled. */
  seat(index: number): ShardSeat;
  /** What was asked of it while no worker had it, and commands that the last worker did not answer. */
  catchUp(): void;
  /** A worker says that a command was written, or that it never will be. */
  commandDone(id: number, error: SentError | undefined): void;
  /** The shard is an ordinary one again. */
  unlink(): void;
}

interface PendingCommand {
  readonly message: ShardCommand;
  readonly options: SendOptions;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Makes a shard the mirror of one in a worker. */
export function createRemoteShard(shard: Shard, workerId: number, host: RemoteHost): RemoteShard {
  const commands = new Map<number, PendingCommand>();
  let inputs: ShardInput[] = [];
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
        commands.set(id, { message, options, resolve, reject });
        host.post(link, { type: 'send', index: link.index, id, message, options });
      });
    },
    commandDone(id, error) {
      const command = commands.get(id);
      commands.delete(id);
      if (error === undefined) command?.resolve();
      else command?.reject(receivedError(error));
    },
    rejectCommands(error) {
      const waiting = [...commands.values()];
      commands.clear();
      for (const { reject } of waiting) reject(error);
    },
    takeUpAgain(error) {
      const { settled } = shard.tracker;
      shard.tracker = link.trackFrom(settled);
      const told = host.post(link, { type: 'takeUpAgain', index: link.index, settled, reason: error.message });
      // What is on its way comes again.
      link.deaf = told;
    },
    seat(index) {
      link.index = index;
      link.deaf = false;
      link.counted = {};
      const { session } = shard.state;
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
        presence: shard.presence,
      };
    },
    catchUp() {
      const { index } = link;
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
