import { Command } from 'commander';
import { runDemo } from '../demo/run-demo.ts';
import { wholeNumber } from './whole-number.ts';

interface DemoOptions {
  readonly shards: number;
  readonly rate: number;
  readonly seconds?: number;
  readonly killEvery?: number;
}

/** `shardgate demo`: the whole chain as separate processes, against the simulator or Discord. */
export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'run a REST process, a gateway process and a bot, against the simulator or (with DISCORD_TOKEN) Discord; kill them, and see that nothing is lost',
    )
    .option('--shards <count>', 'shards of the simulated bot', wholeNumber(1, 1000), 4)
    .option('--rate <events>', 'simulated events per second', wholeNumber(0, 100_000), 40)
    .option('--seconds <time>', 'stop by itself after this many seconds', wholeNumber(1, 86_400))
    .option('--kill-every <time>', 'kill the bot and the gateway in turn, every so many seconds', wholeNumber(1, 3_600))
    .addHelpText(
      'after',
      `
On a terminal: k kills the bot, g kills the gateway (SIGKILL; both are started again), q or Ctrl-C stops.
Elsewhere one JSON object a line. The last one sums up; the exit code is 1 when an event was lost.

Environment:
  DISCORD_TOKEN    a bot's token: the same against Discord, no simulator
  DISCORD_API_URL  another API than https://discord.com/api, such as a simulator that runs already`,
    )
    .action(async (options: DemoOptions) => {
      process.exitCode = await runDemo({
        ...options,
        token: process.env['DISCORD_TOKEN'],
        apiUrl: process.env['DISCORD_API_URL'],
      });
    });
}
