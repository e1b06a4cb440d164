import { CommandError } from '@shardgate/delivery';
import type { TimerHandle } from '../ports/clock.ts';
import type { CommandMessage } from './command-message.ts';
import type { AmqpCommandsSettings } from './commands-options.ts';
import { NOT_READY_FOR_MS, NOT_READY_POLL_MS } from './defaults.ts';

/** Carries commands out. */
export interface CommandRunner {
  /** Resolves with what the sender is answered. */
  run(command: CommandMessage): Promise<unknown>;
  /** Ends waiting. */
  stop(): void;
}

export function createCommandRunner({ intake, client, reidentify, clock }: AmqpCommandsSettings): CommandRunner {
  const sender = { name: client, id: client };
  const waits = new Map<() => void, TimerHandle>();
  let isStopped = false;

  const execute = (command: object): Promise<unknown> => intake.execute(sender, command, () => {});

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const go = (): void => {
        clock.clearTimer(waits.get(go));
        waits.delete(go);
        resolve();
      };
      waits.set(go, clock.setTimer(go, NOT_READY_POLL_MS));
    });

  const runOnce = async (command: CommandMessage): Promise<unknown> => {
    switch (command.op) {
      case 0:
        return execute({ type: 'shardPayload', shardId: command.shard, data: command.data });
      case 1:
        return execute({ type: 'reconnect', shardId: command.shard });
      case 2:
        if (reidentify === undefined)
          throw new CommandError('forbidden', 'op 2 spends an identify: it needs the option reidentify');
        await reidentify(command.shard);
        return {};
      case 3:
        return command.shard === undefined ? execute({ type: 'status' }) : oneShard(command.shard);
      default:
        return command satisfies never;
    }
  };

  const oneShard = async (shardId: number): Promise<unknown> => {
    const report: unknown = await execute({ type: 'status' });
    const shards: unknown = typeof report === 'object' && report !== null ? Reflect.get(report, 'shards') : undefined;
    const found: unknown = Array.isArray(shards) ? shards.find((shard) => isOf(shard, shardId)) : undefined;
    if (found === undefined) throw new CommandError('foreignShard', `shard ${shardId} is not in this process`);
    return found;
  };

  return {
    async run(command) {
      const end = clock.now() + NOT_READY_FOR_MS;
      for (;;) {
        if (isStopped) throw new CommandError('closed', 'no commands are taken any more');
        try {
          return await runOnce(command);
        } catch (error) {
          // At a start thousands of shards come one after the other.
          const isEarly = error instanceof CommandError && error.code === 'notReady';
          if (!isEarly || clock.now() >= end) throw error;
        }
        await pause();
      }
    },
    stop() {
      isStopped = true;
      for (const go of [...waits.keys()]) go();
    },
  };
}

function isOf(shard: unknown, shardId: number): boolean {
  return typeof shard === 'object' && shard !== null && Reflect.get(shard, 'shardId') === shardId;
}
