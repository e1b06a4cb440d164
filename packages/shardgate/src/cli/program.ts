import { createRequire } from 'node:module';
import { Command } from 'commander';
import { demoCommand } from './demo-command.ts';
import { journalCommand } from './journal-command.ts';
import { simulateCommand } from './simulate-command.ts';

/** The `shardgate` command. */
export function createProgram(): Command {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  return new Command('shardgate')
    .description('A Discord gateway in a process of its own that loses no event')
    .version(version)
    .showHelpAfterError()
    .showSuggestionAfterError()
    .addCommand(demoCommand())
    .addCommand(journalCommand())
    .addCommand(simulateCommand());
}
