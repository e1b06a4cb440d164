import { Command } from 'commander';
import { configurationFlags } from '../configuration/configuration-flags.ts';
import type { Finding } from '../service/finding.ts';
import { loadOptions, loadOrExplain } from './load-or-explain.ts';

const MARKS: Readonly<Record<Finding['verdict'], string>> = { good: '✓', doubtful: '!', bad: '✗' };

/** `shardgate doctor`: whether a start would go well. */
export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description(
      'check token, intents, identify budget, addresses, stores and folder without connecting; exit code 1 when a start would fail',
    )
    .option('--json', 'one JSON object a finding');
  return configurationFlags(command).action(async () => {
    const { json } = command.opts<{ json?: boolean }>();
    const loaded = await loadOrExplain(loadOptions(command.opts()));
    if (loaded === undefined) return;
    const { examine } = await import('../service/examine.ts');
    for await (const finding of examine(loaded.configuration)) {
      const { verdict, subject, text } = finding;
      process.stdout.write(json === true ? `${JSON.stringify(finding)}\n` : `${MARKS[verdict]} ${subject}: ${text}\n`);
      if (verdict === 'bad') process.exitCode = 1;
    }
  });
}
