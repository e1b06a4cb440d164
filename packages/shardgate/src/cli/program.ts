import { Command } from 'commander';
import { configCommand } from './config-command.ts';
import { demoCommand } from './demo-command.ts';
import { journalCommand } from './journal-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { packageVersion } from './package-version.ts';
import { reconnectCommand } from './reconnect-command.ts';
import { reshardCommand } from './reshard-command.ts';
import { simulateCommand } from './simulate-command.ts';
import { startCommand } from './start-command.ts';
import { statusCommand } from './status-command.ts';

/** The `shardgate` command. */
export function createProgram(): Command {
  return new Command('shardgate')
    .description('A Discord gateway in a process of its own that loses no event')
    .version(packageVersion())
    .showHelpAfterError()
    .showSuggestionAfterError()
    .addCommand(startCommand())
    .addCommand(statusCommand())
    .addCommand(reconnectCommand())
    .addCommand(reshardCommand())
    .addCommand(doctorCommand())
    .addCommand(configCommand())
    .addCommand(demoCommand())
    .addCommand(journalCommand())
    .addCommand(simulateCommand());
}
