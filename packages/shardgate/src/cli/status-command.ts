import { Command } from 'commander';
import type { ReshardView } from '../service/reshard-view.ts';
import type { Incident, Overview, Readiness } from '../service/service-view.ts';
import { adminAddress, callAdmin } from './admin-client.ts';
import { keptText, progressText } from './reshard-text.ts';
import { statusLine } from './terminal-status.ts';

interface StatusOptions {
  readonly url?: string;
  readonly key?: string;
  readonly json?: boolean;
}

/** `shardgate status`: whether a running service is well. */
export function statusCommand(): Command {
  return new Command('status')
    .description(
      'tell whether a running gateway is well; exit code 0 when it is ready, 1 when not, 2 when nobody answers',
    )
    .option('--url <url>', 'its admin API (default: by SHARDGATE_ADMIN_HOST and _PORT, else http://127.0.0.1:7901)')
    .option('--key <key>', 'its key (default: SHARDGATE_ADMIN_SECRET_KEY)')
    .option('--json', 'one JSON object')
    .action(async (options: StatusOptions) => {
      const address = adminAddress(options);
      try {
        const [readiness, overview, lanes, incidents, reshard] = (await Promise.all([
          callAdmin(address, 'GET', '/readyz'),
          callAdmin(address, 'GET', '/api/overview'),
          callAdmin(address, 'GET', '/api/lanes'),
          callAdmin(address, 'GET', '/api/incidents'),
          callAdmin(address, 'GET', '/api/reshard'),
        ])) as [Readiness, Overview, { lanes: { lag: number }[] }, Incident[], ReshardView];
        process.exitCode = readiness.ready ? 0 : 1;
        const lag = lanes.lanes.reduce((sum, lane) => sum + lane.lag, 0);
        if (options.json === true) {
          process.stdout.write(`${JSON.stringify({ ...readiness, ...overview, lag, reshard })}\n`);
          return;
        }
        process.stdout.write(`${readiness.ready ? 'ready' : `not ready: ${readiness.causes.join('; ')}`}\n`);
        process.stdout.write(`${statusLine(overview, lag)}\n`);
        const { running, configured, shards } = reshard;
        if (running !== null) process.stdout.write(`${progressText(running)}\n`);
        if (configured !== null) process.stdout.write(`${keptText(shards, configured)}\n`);
        for (const { at, level, text } of incidents.slice(0, 5))
          process.stdout.write(`${new Date(at).toISOString()} ${level} ${text}\n`);
      } catch (error) {
        process.stderr.write(`shardgate: ${error instanceof Error ? error.message : String(error)}\n`);
        process.exitCode = 2;
      }
    });
}
