import { readFile } from 'node:fs/promises';
import type { CommandPort } from '@shardgate/delivery';
import type { Server } from '@grpc/grpc-js';
import type { z } from 'zod';
import { anyFunction, port, text } from '../options/shapes.ts';
import { commandsService } from './commands-service.ts';
import { gatewayService, type GuildSource } from './gateway-service.ts';
import { loadService, type Grpc } from './grpc-library.ts';
import type { GrpcListenSettings } from './server-options.ts';

/** What `gateway.Gateway` and `shardgate.v1.Commands` go by. */
export interface GrpcManagementOptions {
  /** Gives a shard a new session, for `RestartShard` with `force_identify`, which spends an identify. Default: none, it is refused. */
  readonly reidentify?: ((shardId: number) => void | Promise<void>) | undefined;
  /** Tells a shard that is still given its guilds (`GUILD_STREAM`) from one that has them. Default: none, it is `CONNECTED` at once. */
  readonly guilds?: GuildSource | undefined;
  /** What `Version` answers. Default: the version of this package. */
  readonly version?: string | undefined;
  /** Name and id of the client that all commands come from, for the intake's roles. Default `grpc`. */
  readonly clientName?: string | undefined;
}

export const managementShape: Readonly<Record<keyof GrpcManagementOptions, z.ZodType>> = {
  reidentify: anyFunction.optional(),
  guilds: port('loading').optional(),
  version: text.optional(),
  clientName: text.optional(),
};

/** Adds both services to a server. */
export async function managementServices(
  grpc: Grpc,
  listening: GrpcListenSettings,
  intake: CommandPort,
  options: GrpcManagementOptions & { readonly eventRate?: ((shardId: number) => number) | undefined },
): Promise<(server: Server) => void> {
  const { clientName = 'grpc', reidentify, guilds, eventRate } = options;
  const [gateway, commands, version] = await Promise.all([
    loadService('tatsu/gateway.proto', 'gateway.Gateway', 'ids'),
    loadService('shardgate/v1/commands.proto', 'shardgate.v1.Commands', 'ids'),
    options.version ?? packageVersion(),
  ]);
  const settings = { intake, clientName, version, reidentify, guilds, eventRate };
  return (server) => {
    server.addService(gateway, gatewayService(grpc, listening, settings));
    server.addService(commands, commandsService(grpc, listening, intake, clientName));
  };
}

async function packageVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(text) as { version?: unknown }).version);
}
