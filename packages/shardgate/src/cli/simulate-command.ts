import { Command } from 'commander';
import { createSimulator } from '@shardgate/simulator';
import { wholeNumber } from './whole-number.ts';

interface SimulateOptions {
  readonly port: number;
  readonly shards: number;
  readonly guilds: number;
  readonly concurrency: number;
  readonly rate: number;
  readonly token?: string;
}

/** `shardgate simulate`: a Discord of your own, for tests and demos. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .description('run a strict simulated Discord: REST bootstrap, gateway, limits, faults')
    .option('--port <number>', 'port of the API and the gateway', wholeNumber(0, 65_535), 4400)
    .option('--shards <count>', 'recommended shard count', wholeNumber(1, 100_000), 1)
    .option('--guilds <count>', 'guilds the bot is in', wholeNumber(0, 10_000_000), 10)
    .option('--concurrency <count>', 'max_concurrency', wholeNumber(1, 1_000), 1)
    .option('--rate <events>', 'live events per second', wholeNumber(0, 100_000), 10)
    .option('--token <token>', 'the only token that is good (default: any)')
    .action(async (options: SimulateOptions) => {
      const simulator = createSimulator({
        shards: options.shards,
        guilds: options.guilds,
        maxConcurrency: options.concurrency,
        eventsPerSecond: options.rate,
        ...(options.token === undefined ? {} : { token: options.token }),
      });
      const { apiUrl, controlUrl } = await simulator.start({ port: options.port });
      process.stdout.write(`DISCORD_API_URL=${apiUrl}\ncontrol API    ${controlUrl}\nCtrl-C stops it\n`);
      await new Promise<void>((resolve) => {
        process.once('SIGINT', () => resolve());
        process.once('SIGTERM', () => resolve());
      });
      await simulator.close();
      const violations = simulator.check();
      for (const { kind, shard, detail } of violations)
        process.stdout.write(`violation: ${kind}, shard ${shard?.join('/') ?? 'unknown'}: ${detail}\n`);
      process.stdout.write(`${violations.length} violations\n`);
    });
}
