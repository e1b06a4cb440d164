import type { CommandPort, ShardReport, StatusReport } from '@shardgate/delivery';
import { CommandError } from '@shardgate/delivery';
import type { sendUnaryData, ServerUnaryCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import { commandStatus } from './command-status.ts';
import { RESTART_WITHIN_MS } from './defaults.ts';
import type { Grpc } from './grpc-library.ts';
import { metadataText } from './listener.ts';
import type { GrpcListenSettings } from './server-options.ts';

/** What a state knows of a shard's guilds. */
export interface GuildSource {
  /** Guilds of the shard that are announced and not loaded yet. If it throws, that counts as none. */
  loading(shardId: number): number;
}

/** What tatsu's management service needs. */
export interface GatewayServiceSettings {
  readonly intake: CommandPort;
  readonly clientName: string;
  readonly version: string;
  readonly reidentify: ((shardId: number) => void | Promise<void>) | undefined;
  readonly guilds: GuildSource | undefined;
  /** Events a second of a shard. If it throws, that counts as 0. */
  readonly eventRate: ((shardId: number) => number) | undefined;
}

interface Requests {
  Version: object;
  RequestGuildMembers: { readonly guildId: string; readonly shard: number };
  RestartShard: { readonly shard: number; readonly forceIdentify: boolean };
  Stats: object;
}

type Calls = { readonly [Name in keyof Requests]: (request: Requests[Name]) => Promise<object> };

/** The four calls of `gateway.Gateway`, as handlers for a server. */
export function gatewayService(
  grpc: Grpc,
  { admits }: Pick<GrpcListenSettings, 'admits'>,
  settings: GatewayServiceSettings,
): UntypedServiceImplementation {
  const { intake, clientName, version, reidentify } = settings;
  const client = { name: clientName, id: clientName };
  const execute = (command: object): Promise<unknown> => intake.execute(client, command, () => {});

  const status = async (): Promise<StatusReport> => (await execute({ type: 'status' })) as StatusReport;

  const calls: Calls = {
    Version: async () => ({ version }),
    RequestGuildMembers: async ({ guildId, shard }) => {
      const d = { guild_id: guildId, query: '', limit: 0 };
      await execute({ type: 'shardPayload', shardId: shard, data: { op: 8, d } });
      return {};
    },
    RestartShard: async ({ shard, forceIdentify }) => {
      if (!forceIdentify) await execute({ type: 'reconnect', shardId: shard, expiresAfterMs: RESTART_WITHIN_MS });
      else await identifyAnew(shard);
      return {};
    },
    Stats: async () => ({ stats: (await status()).shards.map(statOf) }),
  };

  const identifyAnew = async (shard: number): Promise<void> => {
    if (reidentify === undefined)
      throw new CommandError('forbidden', 'force_identify spends an identify: it needs the option reidentify');
    const { shards } = await status();
    if (!shards.some(({ shardId }) => shardId === shard))
      throw new CommandError('foreignShard', 'the shard is not in this process');
    await reidentify(shard);
  };

  const statOf = (report: ShardReport): object => ({
    shard: report.shardId,
    status: shardStatus(
      report,
      quiet(() => settings.guilds?.loading(report.shardId)),
    ),
    eventRate: Math.round(quiet(() => settings.eventRate?.(report.shardId))),
  });

  const handler =
    <Name extends keyof Requests>(name: Name) =>
    (call: ServerUnaryCall<Requests[Name], object>, reply: sendUnaryData<object>): void => {
      if (!admits(metadataText(call.metadata, 'authorization')))
        return reply({ code: grpc.status.UNAUTHENTICATED, details: 'the key is wrong, or there is none' });
      calls[name](call.request).then(
        (answer) => reply(null, answer),
        (error: unknown) => reply(commandStatus(grpc, error)),
      );
    };

  return {
    Version: handler('Version'),
    RequestGuildMembers: handler('RequestGuildMembers'),
    RestartShard: handler('RestartShard'),
    Stats: handler('Stats'),
  };
}

/** Tatsu's four states. */
function shardStatus({ status }: ShardReport, loading: number): string {
  switch (status) {
    case 'ready':
      return loading > 0 ? 'GUILD_STREAM' : 'CONNECTED';
    case 'connecting':
    case 'greeting':
    case 'queued':
    case 'identifying':
    case 'resuming':
      return 'CONNECTING';
    default:
      return 'DISCONNECTED';
  }
}

/** A number from elsewhere; 0 when there is none. */
function quiet(read: () => number | undefined): number {
  try {
    const value = read() ?? 0;
    return Number.isFinite(value) ? value : 0;
  } catch {
    return 0;
  }
}
