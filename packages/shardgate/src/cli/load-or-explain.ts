import { loadConfiguration, type LoadedConfiguration } from '../configuration/load-configuration.ts';
import type { FlagValues } from '../configuration/configuration-flags.ts';
import { ConfigurationError } from '../configuration/mistake.ts';
import { EXIT_CODES } from '../service/service-error.ts';

/** The configuration; undefined where it is wrong: then every mistake has been told, and the exit code is set. */
export async function loadOrExplain(
  flags: FlagValues & { readonly config?: string },
): Promise<LoadedConfiguration | undefined> {
  try {
    return await loadConfiguration({ flags, ...(flags.config === undefined ? {} : { file: flags.config }) });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`shardgate: ${error.message}\n`);
    process.exitCode = EXIT_CODES.configuration;
    return undefined;
  }
}
