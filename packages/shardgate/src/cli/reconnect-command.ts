import { Command } from 'commander';
import { adminAddress, callAdmin } from './admin-client.ts';
import { wholeNumber } from './whole-number.ts';

interface ReconnectOptions {
  readonly url?: string;
  readonly key?: string;
  readonly identify?: boolean;
}

/** `shardgate reconnect <shard>`: a new connection for one shard of a running service. */
export function reconnectCommand(): Command {
  return new Command('reconnect')
    .description('give a shard of a running gateway a new connection; its session goes on')
    .argument('<shard>', 'shard id', wholeNumber(0, 1_000_000))
    .option('--identify', 'a new session instead: costs one identify, and what happens meanwhile is lost')
    .option('--url <url>', 'its admin API (default: by SHARDGATE_ADMIN_HOST and _PORT, else http://127.0.0.1:7901)')
    .option('--key <key>', 'its key (default: SHARDGATE_ADMIN_SECRET_KEY)')
    .action(async (shard: number, options: ReconnectOptions) => {
      try {
        const address = adminAddress(options);
        if (options.identify === true)
          await callAdmin(address, 'POST', `/api/shards/${shard}/reidentify`, { confirm: true });
        else await callAdmin(address, 'POST', `/api/shards/${shard}/reconnect`, {});
        process.stdout.write(`shard ${shard} ${options.identify === true ? 'identifies' : 'reconnects'}\n`);
      } catch (error) {
        process.stderr.write(`shardgate: ${error instanceof Error ? error.message : String(error)}\n`);
        process.exitCode = 2;
      }
    });
}
