import type { FlagValues } from '../configuration/configuration-flags.ts';
import { loadConfiguration, type LoadedConfiguration, type LoadOptions } from '../configuration/load-configuration.ts';
import { ConfigurationError } from '../configuration/mistake.ts';
import { EXIT_CODES } from '../service/service-error.ts';

/** What a command's flags, and arguments behind `--`, say of loading. */
export function loadOptions(
  flags: FlagValues & { readonly config?: string },
  profileArguments: readonly string[] = [],
): LoadOptions {
  const { config } = flags;
  return { flags, profileArguments, ...(config === undefined ? {} : { file: config }) };
}

/** The configuration; undefined where it is wrong: then every mistake has been told, and the exit code is set. */
export async function loadOrExplain(options: LoadOptions): Promise<LoadedConfiguration | undefined> {
  try {
    return await loadConfiguration(options);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`shardgate: ${error.message}\n`);
    process.exitCode = EXIT_CODES.configuration;
    return undefined;
  }
}
