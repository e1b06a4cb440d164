import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { configurationFlags } from '../configuration/configuration-flags.ts';
import { configurationLeaves } from '../configuration/describe-configuration.ts';
import { loadConfiguration } from '../configuration/load-configuration.ts';
import type { LoadedConfiguration } from '../configuration/load-configuration.ts';
import { ConfigurationError } from '../configuration/mistake.ts';
import { configurationExample } from '../configuration/pages/configuration-example.ts';
import { configurationPage } from '../configuration/pages/configuration-page.ts';
import { hideSecrets } from '../configuration/protect-secrets.ts';

/** The configuration has mistakes. */
const WRONG = 2;

interface PrintOptions {
  readonly config?: string;
  readonly json?: true;
}

interface OutputOption {
  readonly output?: string;
}

/** `shardgate config`: shows and explains the configuration. */
export function configCommand(): Command {
  return new Command('config')
    .description('show and explain the configuration')
    .addCommand(
      configurationFlags(
        new Command('print')
          .description(`show what holds and where it comes from, secrets hidden; exit code ${WRONG} with mistakes`)
          .argument('[arguments...]', "behind --, with a profile: arguments in the manner of the profile's gateway")
          .option('--json', 'as one JSON object'),
      ).action(print),
    )
    .addCommand(writing('example', 'write a commented configuration file with every setting', configurationExample))
    .addCommand(writing('docs', 'write the page about the configuration, docs/configuration.md', configurationPage));
}

function writing(name: string, description: string, text: () => string): Command {
  return new Command(name)
    .description(description)
    .option('--output <file>', 'the file, which is replaced; without it standard output')
    .action(async ({ output }: OutputOption) => {
      if (output === undefined) process.stdout.write(text());
      else await writeFile(output, text());
    });
}

async function print(profileArguments: readonly string[], options: PrintOptions): Promise<void> {
  const { config, json, ...flags } = options;
  try {
    const loaded = await loadConfiguration({
      ...(config === undefined ? {} : { file: config }),
      flags,
      profileArguments,
    });
    process.stdout.write(json ? `${JSON.stringify(asJson(loaded))}\n` : asText(loaded));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const { mistakes, message } = error;
    process.stderr.write(json ? `${JSON.stringify({ mistakes })}\n` : `error: ${message}\n`);
    process.exitCode = WRONG;
  }
}

function asJson({ configuration, sources, notes }: LoadedConfiguration): object {
  return { configuration: hideSecrets(configuration), sources: Object.fromEntries(sources), notes };
}

/** One line a value: `shards.total = 4  (environment: SHARDGATE_SHARDS_TOTAL)`. */
function asText({ configuration, sources, notes }: LoadedConfiguration): string {
  const shown = hideSecrets(configuration);
  const lines = configurationLeaves().map(({ path }) => {
    const value = path.split('.').reduce<unknown>((holder, name) => Reflect.get(Object(holder), name), shown);
    return `${path} = ${JSON.stringify(value)}  (${sources.get(path) ?? 'default'})`;
  });
  return [...lines, ...notes.map(({ level, text }) => `${level}: ${text}`)].map((line) => `${line}\n`).join('');
}
