import { Option } from 'commander';
import type { Command } from 'commander';
import { configurationLeaves } from './describe-configuration.ts';
import { mistakeOf } from './environment-layer.ts';
import type { Mistake } from './mistake.ts';
import type { Layer, Setting } from './settings.ts';
import { textValue } from './text-value.ts';

/** Values of flags as commander gives them: `{ shardsTotal: '4' }`. */
export type FlagValues = Readonly<Record<string, unknown>>;

/**
 * Adds an option for each common value, and `--config`, to a command. They take texts as they are: `loadConfiguration({ flags: command.opts() })` checks them with
 * everything else, so that all mistakes are told at once. There is none for a secret: others could read it in the list of processes.
 *
 * @returns the command
 */
export function configurationFlags(command: Command): Command {
  command.option('--config <file>', 'configuration file (default: shardgate.config.ts, .js or .json)');
  for (const leaf of configurationLeaves()) {
    if (leaf.flag === null) continue;
    const unit = leaf.unit === null ? '' : ` [${leaf.unit}]`;
    const known = leaf.defaultText.replaceAll('`', '');
    const option = new Option(
      `${leaf.flag} <value>`,
      `${leaf.description}${unit} (default: ${known})`.replaceAll('`', ''),
    );
    command.addOption(option.helpGroup('Configuration:'));
  }
  return command;
}

/** What flags say. Members that are no flags of ours are for the command itself. */
export function flagLayer(flags: FlagValues): Layer {
  const settings = new Map<string, Setting>();
  const mistakes: Mistake[] = [];
  for (const leaf of configurationLeaves()) {
    if (leaf.flag === null) continue;
    const given = flags[new Option(`${leaf.flag} <value>`).attributeName()];
    if (given === undefined) continue;
    const source = `flag ${leaf.flag}`;
    if (typeof given !== 'string') {
      settings.set(leaf.path, { value: given, source });
      continue;
    }
    try {
      settings.set(leaf.path, { value: textValue(leaf, given), source });
    } catch (error) {
      mistakes.push(mistakeOf(error, leaf, given, source));
    }
  }
  return { settings, mistakes };
}
