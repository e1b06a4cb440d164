import { unwatchFile, watchFile } from 'node:fs';
import type { Stats } from 'node:fs';
import type { Configuration } from './configuration.ts';
import type { ConfigurationDifference } from './compare-configurations.ts';
import { compareConfigurations } from './compare-configurations.ts';
import type { LoadedConfiguration, LoadOptions } from './load-configuration.ts';
import { loadConfiguration } from './load-configuration.ts';

/** A configuration that has changed. */
export interface ConfigurationChange extends ConfigurationDifference {
  readonly before: Configuration;
  readonly after: LoadedConfiguration;
}

/** Options of {@link watchConfiguration}. */
export interface WatchOptions {
  /** What was loaded, and with which options. */
  readonly loaded: LoadedConfiguration;
  readonly options: LoadOptions;
  /** Called when something has changed. What it throws or rejects with goes to `onError`. */
  readonly onChange: (change: ConfigurationChange) => void | Promise<void>;
  /** Called with a `ConfigurationError` when the new state has mistakes: the old one goes on. What it throws is dropped. */
  readonly onError: (error: unknown) => void;
  /** Milliseconds between two looks at the files. Default 2,000. */
  readonly intervalMs?: number;
}

/** Watches the files of a configuration. */
export interface ConfigurationWatch {
  /** Reads everything again now, as at a SIGHUP. Never rejects. */
  reload(): Promise<void>;
  /** Stops watching; a reload under way still ends, and tells nobody. */
  close(): void;
}

const INTERVAL_MS = 2_000;

/**
 * Watches the files that a configuration was read from: the configuration file, `.env`, and files of secrets. Looks at them from time to time, which also sees files that are
 * replaced, linked anew, or on another machine. Does not keep the process alive.
 */
export function watchConfiguration(options: WatchOptions): ConfigurationWatch {
  const { onChange, onError, intervalMs = INTERVAL_MS } = options;
  const watched = new Set<string>();
  let current = options.loaded;
  let isClosed = false;
  let running: Promise<void> | undefined;
  let isAskedAgain = false;

  const tell = (error: unknown): void => {
    try {
      onError(error);
    } catch {
      // Who listens to trouble must not make more of it.
    }
  };

  const load = async (): Promise<void> => {
    try {
      const after = await loadConfiguration(options.options);
      if (isClosed) return;
      const before = current.configuration;
      current = after;
      watch(after.files);
      const difference = compareConfigurations(before, after.configuration);
      if (difference.live.length + difference.restart.length > 0) await onChange({ ...difference, before, after });
    } catch (error) {
      if (!isClosed) tell(error);
    }
  };

  /** One at a time; what is asked meanwhile is answered by one more. */
  const reload = (): Promise<void> => {
    isAskedAgain = true;
    running ??= (async () => {
      while (isAskedAgain && !isClosed) {
        isAskedAgain = false;
        await load();
      }
      running = undefined;
    })();
    return running;
  };

  const onFile = (now: Stats, before: Stats): void => {
    // A file that is not there is told once at the start, as changed from nothing to nothing.
    if (now.mtimeMs === before.mtimeMs && now.size === before.size && now.ino === before.ino) return;
    void reload();
  };

  function watch(files: readonly string[]): void {
    const wanted = new Set(files);
    for (const file of watched) if (!wanted.has(file)) unwatch(file);
    for (const file of wanted) {
      if (watched.has(file)) continue;
      watched.add(file);
      watchFile(file, { interval: intervalMs, persistent: false }, onFile);
    }
  }

  function unwatch(file: string): void {
    watched.delete(file);
    unwatchFile(file, onFile);
  }

  watch(current.files);
  return {
    reload,
    close() {
      isClosed = true;
      for (const file of [...watched]) unwatch(file);
    },
  };
}
