import { describeConfiguration, describePartLists } from '../describe-configuration.ts';
import type { ConfigurationLeaf, PartList } from '../describe-configuration.ts';
import { isMapped } from '../profiles/profile.ts';
import type { Profile } from '../profiles/profile.ts';
import { profiles } from '../profiles/profile-layer.ts';
import { table } from './table.ts';

const HEAD = `# Configuration

<!-- Made by \`shardgate config docs\`; changes go into the schema, packages/shardgate/src/configuration/schema. -->

Everything has a default but the token: with \`DISCORD_TOKEN\` set, \`shardgate start\` runs. \`shardgate config print\` shows what holds and where each value
comes from, secrets hidden; \`shardgate config example\` writes a commented file with all there is
([here it is](../examples/configuration/shardgate.config.ts)).

## Sources

Later ones win, value by value. Lists are replaced as a whole.

${table(
  ['', 'source', 'form'],
  [
    ['1', 'defaults', 'the tables below'],
    ['2', 'defaults of the profile, where that gateway does otherwise', '[profiles](#profiles)'],
    [
      '3',
      'the configuration file',
      '`shardgate.config.ts`, `.mts`, `.js`, `.mjs`, `.cjs` or `.json` in the working directory, or `--config <file>`',
    ],
    [
      '4',
      "the profile's own variables, in `.env` or the environment, and arguments behind `--`",
      '[profiles](#profiles)',
    ],
    ['5', '`.env` in the working directory', '`SHARDGATE_SHARDS_TOTAL=4`'],
    ['6', 'the environment', 'the same'],
    ['7', 'flags', '`--shards-total 4`'],
  ],
)}

Nothing else is read: no file in the home folder, no \`package.json\`, no \`.config\` folder, nothing from the network. No variable of the process is
changed, and \`$\` in \`.env\` stands for itself.

- **Variables** are called as the path is: \`shards.spawnDelayMs\` is \`SHARDGATE_SHARDS_SPAWN_DELAY_MS\`. An empty one counts as not given. Numbers are
  digits alone, switches \`true\` or \`false\`, lists have commas between their entries, \`null\` is no value, and \`SHARDGATE_SINKS\` and
  \`SHARDGATE_STATE_STORES\` are lists as JSON.
- **Secrets** may stand in a file of one line, named by the variable with \`_FILE\` behind it: \`DISCORD_TOKEN_FILE=/run/secrets/token\`. In the configuration file
  \`{ file: '/run/secrets/token' }\` and \`{ env: 'TOKEN_OF_MY_BOT' }\` stand for them. There are no flags for secrets, since others could read them in the list of processes.
- **The file** may export an object, or a function that gets \`{ env }\`, the variables of the environment and of \`.env\`. It is a program: let nobody else
  write it.
- **Mistakes** are all told at once, each with its path, value, source and what was expected; a name that nobody knows is one, too.
- **Changes** of the files are taken over while the process runs where the column _live_ says so. Everything else is told and waits for a restart. A state
  with a mistake changes nothing.
`;

const PARTS: Readonly<Record<PartList['path'], { readonly noun: string; readonly intro: readonly string[] }>> = {
  sinks: {
    noun: 'Sinks',
    intro: [
      '## Sinks\n',
      '`sinks` is a list; each entry has a `type` and what the type may have. Without it there is one WebSocket named `events` on\n127.0.0.1:7900.\n',
    ],
  },
  'state.stores': {
    noun: 'Stores',
    intro: [
      '## Stores\n',
      '`state.stores` is a list like `sinks`. What each store promises: [state](state.md#stores).\n',
    ],
  },
};

/** The text of docs/configuration.md. */
export function configurationPage(): string {
  const [single, ...groups] = describeConfiguration();
  const sections = groups.map(({ name, leaves }) => `### ${name}\n\n${leafTable(leaves)}\n`);
  const parts = describePartLists().flatMap(({ path, types }) => [
    ...PARTS[path].intro,
    ...types.map(({ name, leaves }) => `### ${PARTS[path].noun} of type ${name}\n\n${partTable(leaves)}\n`),
  ]);
  return [
    HEAD,
    '## Settings\n',
    `${leafTable(single?.leaves ?? [])}\n`,
    ...sections,
    ...parts,
    '## Profiles\n',
    'A profile takes the settings of another gateway over, by the names they have there: `--profile twilight-dispatch`, or\n`SHARDGATE_PROFILE`. What is given and has no effect is told at start, with the reason.\n',
    ...profiles.map(profileSection),
  ].join('\n');
}

function leafTable(leaves: readonly ConfigurationLeaf[]): string {
  return table(
    ['path', 'meaning', 'values', 'unit', 'default', 'variable', 'flag', 'live'],
    leaves.map((leaf) => [
      `\`${leaf.path}\``,
      leaf.description,
      leaf.values,
      leaf.unit ?? '',
      leaf.defaultText,
      variables(leaf),
      leaf.flag === null ? '' : `\`${leaf.flag}\``,
      leaf.isLive ? 'yes' : leaf.path === 'sinks' ? '`events`, `ignoreEvents`' : '',
    ]),
  );
}

function variables({ variables: names, isSecret }: ConfigurationLeaf): string {
  const all = isSecret ? names.flatMap((name) => [name, `${name}_FILE`]) : names;
  return all.map((name) => `\`${name}\``).join(', ');
}

function partTable(leaves: readonly ConfigurationLeaf[]): string {
  return table(
    ['path', 'meaning', 'values', 'unit', 'default'],
    leaves.map((leaf) => [`\`${leaf.path}\``, leaf.description, leaf.values, leaf.unit ?? '', leaf.defaultText]),
  );
}

function profileSection({ name, defaults, entries }: Profile): string {
  const own = Object.entries(defaults).map(([path, value]) => [`\`${path}\``, `\`${JSON.stringify(value)}\``]);
  const rows = entries.map((entry) => [
    `\`${entry.name}\``,
    entry.meaning,
    isMapped(entry) ? entry.to.map((path) => `\`${path}\``).join(', ') : '',
    isMapped(entry) ? entry.how : entry.why,
  ]);
  return [
    `### Profile ${name}\n`,
    `Its own defaults:\n\n${table(['path', 'default'], own)}\n`,
    `${entries.length} settings:\n\n${table(['name', 'meaning', 'path here', 'note'], rows)}\n`,
  ].join('\n');
}
