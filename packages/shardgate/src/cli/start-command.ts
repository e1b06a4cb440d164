import { Command } from 'commander';
import { configurationFlags } from '../configuration/configuration-flags.ts';
import type { LoadedConfiguration, LoadOptions } from '../configuration/load-configuration.ts';
import { watchConfiguration, type ConfigurationWatch } from '../configuration/watch-configuration.ts';
import { createLog, type Log } from '../log/create-log.ts';
import { EXIT_CODES, unexpected } from '../service/service-error.ts';
import type { Service } from '../service/service.ts';
import { loadOptions, loadOrExplain } from './load-or-explain.ts';
import { packageVersion } from './package-version.ts';
import { createTerminalStatus, type TerminalStatus } from './terminal-status.ts';

/** `shardgate start`: the gateway as a process. */
export function startCommand(): Command {
  const command = new Command('start').description(
    'run the gateway: hold the shards, hand the events over, lose none. Stops with SIGTERM or Ctrl-C; a second signal is immediate',
  );
  command.argument('[arguments...]', "behind --: flags of the profile's gateway");
  return configurationFlags(command).action(async () => {
    const options = loadOptions(command.opts(), command.args);
    const loaded = await loadOrExplain(options);
    if (loaded === undefined) return;
    const { configuration, notes } = loaded;
    let terminal: TerminalStatus | undefined;
    const log = createLog({
      ...configuration.log,
      output: process.stderr,
      write: (line) => (terminal === undefined ? process.stderr.write(line) : terminal.write(line)),
    });
    for (const { level, text } of notes) log[level]({ kind: 'configuration' }, text);
    const version = packageVersion();
    try {
      // Other commands start faster without all that the service needs.
      const { createService } = await import('../service/service.ts');
      const service = createService(configuration, { log, version });
      stopOnSignals(() => service.stop());
      await service.start();
      log.info({ version, folder: configuration.folder, admin: service.adminUrl }, started(service.adminUrl));
      if (process.stderr.isTTY && configuration.log.format !== 'json') terminal = createTerminalStatus(service.view);
      const watch = watchFor(service, loaded, options, log);
      await service.ended;
      watch.close();
      terminal?.stop();
      terminal = undefined;
      log.info('stopped; the sessions can be resumed');
      // Nothing of ours is left; what a library keeps open must not keep the process.
      process.exit(EXIT_CODES.ok);
    } catch (error) {
      terminal?.stop();
      terminal = undefined;
      const { exitCode, message, reason } = unexpected(error);
      process.stderr.write(`shardgate: ${message}\n`);
      log.debug({ err: error, reason }, 'why it ended');
      process.exit(exitCode);
    }
  });
}

function started(adminUrl: string | undefined): string {
  return adminUrl === undefined ? 'started' : `started; dashboard and admin API at ${adminUrl}`;
}

/** Changes of the files, and SIGHUP. */
function watchFor(service: Service, loaded: LoadedConfiguration, options: LoadOptions, log: Log): ConfigurationWatch {
  const watch = watchConfiguration({
    loaded,
    options,
    onChange({ live, restart, after }) {
      service.apply(live, after.configuration);
      if (live.length > 0) log.info({ kind: 'configuration' }, `changed: ${live.join(', ')}`);
      if (restart.length > 0)
        log.warn({ kind: 'configuration' }, `takes effect at the next start: ${restart.join(', ')}`);
    },
    onError: (error) =>
      log.error(
        { kind: 'configuration' },
        `the old configuration goes on: ${error instanceof Error ? error.message : String(error)}`,
      ),
  });
  process.on('SIGHUP', () => void watch.reload());
  return watch;
}

function stopOnSignals(stop: () => Promise<void>): void {
  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isStopping) process.exit(128 + (signal === 'SIGINT' ? 2 : 15));
      isStopping = true;
      void stop();
    });
  }
}
