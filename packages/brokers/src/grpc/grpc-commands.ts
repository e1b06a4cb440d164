import type { CommandPort } from '@shardgate/delivery';
import { checkOptions } from '../options/check-options.ts';
import { anyFunction, port } from '../options/shapes.ts';
import { loadGrpc } from './grpc-library.ts';
import { listen, type GrpcAddress, type Listener } from './listener.ts';
import { managementServices, managementShape, type GrpcManagementOptions } from './management-options.ts';
import { listenShape, readListenOptions, type GrpcListenOptions } from './server-options.ts';

/** Options of {@link createGrpcCommands}. */
export interface GrpcCommandsOptions extends GrpcListenOptions, GrpcManagementOptions {
  /** Carries the commands out: what `createCommandIntake` made. */
  readonly intake: CommandPort;
  /** Events a second of a shard, for `Stats`. If it throws, that counts as 0. Default: 0. */
  readonly eventRate?: ((shardId: number) => number) | undefined;
}

/** A server of commands. */
export interface GrpcCommands {
  /** Begins to listen; rejects when it cannot. Once, unless it was stopped meanwhile. */
  start(): Promise<GrpcAddress>;
  /** Ends all calls. May be called again. */
  stop(): Promise<void>;
}

/**
 * Creates a server with `gateway.Gateway`, tatsu's management service, and `shardgate.v1.Commands`. A stream sink can have both on its own port
 * instead.
 *
 * @throws {TypeError | RangeError} an option is unknown, wrong or missing
 */
export function createGrpcCommands(options: GrpcCommandsOptions): GrpcCommands {
  const owner = 'createGrpcCommands';
  checkOptions(owner, options, {
    ...listenShape,
    ...managementShape,
    intake: port('execute'),
    eventRate: anyFunction.optional(),
  });
  const listening = readListenOptions(owner, options);
  let starting: Promise<Listener> | undefined;

  const open = async (): Promise<Listener> => {
    const grpc = await loadGrpc();
    return listen(grpc, listening, await managementServices(grpc, listening, options.intake, options));
  };

  return {
    start: async () => {
      if (starting !== undefined) throw new Error('the commands are started already');
      starting = open();
      try {
        return (await starting).address;
      } catch (error) {
        starting = undefined;
        throw error;
      }
    },
    stop: async () => {
      const stopping = starting;
      starting = undefined;
      const listener = await stopping?.catch(() => undefined);
      await listener?.close();
    },
  };
}
