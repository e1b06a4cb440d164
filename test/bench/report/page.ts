import { MIXES } from '../mix/mix.ts';
import type { Results, ScenarioResult } from '../runner/results.ts';
import { stateSection } from './state.ts';
import { brokersSection } from './brokers.ts';
import {
  deliveryTable,
  diskText,
  memoryTable,
  microTable,
  ratioTable,
  scenarioTable,
  sourceTable,
  table,
  targetTable,
  workersTable,
} from './tables.ts';
import { targets } from './targets.ts';

const WORKERS_TEXT = `Four shards, typical mix, zlib-stream, through worker threads. Each thread plays a recording into its shards (\`openSocket\` replaced), so that no
load source takes a core from what is measured; sockets and frames are left out of all figures alike.`;

/** The text of docs/benchmarks.md. */
export function page(results: Results): string {
  const scenario = (id: string): ScenarioResult | undefined => results.scenarios.find((one) => one.id === id);
  const headline = scenario('headline');
  const parts = [
    intro(results),
    `## Targets\n\n${targetTable(targets(results))}`,
    section(headline, ['headline-cpu', 'headline-events'], headline === undefined ? '' : ratioTable(headline)),
    section(scenario('presence'), ['presence-cpu']),
    section(scenario('scale'), ['scale-cpu']),
    section(scenario('encodings'), ['encodings-cpu']),
    ...['delivery', 'delivery-flood', 'delivery-disk', 'delivery-http'].map((id) => {
      const found = scenario(id);
      const disk = id === 'delivery-disk' && results.disk !== undefined ? `\n\n${diskText(results.disk)}` : '';
      return section(found, [], found === undefined ? '' : `${deliveryTable(found)}${disk}`);
    }),
    results.memory.length === 0 ? '' : `## Memory\n\n${memoryTable(results)}\n\n${image('memory')}`,
    results.micro === undefined ? '' : `## Reading the data\n\n${microTable(results)}`,
    results.workers === undefined ? '' : `## Workers\n\n${WORKERS_TEXT}\n\n${workersTable(results.workers)}`,
    results.state === undefined ? '' : stateSection(results.state),
    results.brokers === undefined ? '' : brokersSection(results.brokers),
    rules(results),
    headline === undefined ? '' : `## The source\n\n${sourceTable(headline)}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function intro({ date, machine, versions, notes, dates = {} }: Results): string {
  const { cpu, cores, memoryGb, system, node } = machine;
  return `# Benchmarks

Shardgate and other gateway libraries on the same stream, in one run. This page is written by the run itself:

\`\`\`sh
npm run bench
\`\`\`

${date}, on ${cores} × ${cpu}, ${memoryGb} GB, ${system}, Node.js ${node}. All figures, round by round, are in
[results.json](benchmarks/results.json). Figures of different runs cannot be compared; ratios within one can.${measuredOn(dates)}

${table(
  ['package', 'version'],
  Object.entries(versions).map(([name, version]) => [name, version]),
)}${notes.map((note) => `\n\nNotes: ${note}.`).join('')}`;
}

/** Where parts were not measured in one run. */
function measuredOn(dates: Readonly<Record<string, string>>): string {
  const days = [...new Set(Object.values(dates))].toSorted();
  if (days.length < 2) return '';
  const told = days.map(
    (day) =>
      `${day}: ${Object.keys(dates)
        .filter((part) => dates[part] === day)
        .join(', ')}`,
  );
  return ` Parts were measured in runs of several days: ${told.join('; ')}.`;
}

function image(name: string): string {
  return `![${name}](benchmarks/${name}.svg)`;
}

function section(scenario: ScenarioResult | undefined, charts: readonly string[], more = ''): string {
  if (scenario === undefined) return '';
  const parts = [`## ${scenario.title}`, scenarioTable(scenario), more, ...charts.map(image)];
  return parts.filter((part) => part !== '').join('\n\n');
}

function rules({ pacedRate }: Results): string {
  const weights = (mix: keyof typeof MIXES): string =>
    Object.entries(MIXES[mix])
      .map(([name, weight]) => `${name} ${weight}`)
      .join(', ');
  return `## Rules

- **Same stream.** A process of its own prepares every byte before the clock starts: one continuous compressed stream for each shard, from a
  fixed seed, the same for all programs and rounds. It sends them over plain TCP on loopback (no TLS), waits when the reader
  has no room, and what it takes itself is shown below.
- **Same work.** A program connects and identifies all shards and calls a handler with each dispatch, which counts it by name and
  does nothing else. A run in which a program did not see every event, by name, is an error and no figure. What a library
  does beyond that (Shardgate: sequence book-keeping and a filter that reads each MESSAGE_UPDATE; the peers: parsing all data)
  is its own business and counted.
- **Peers as their pages recommend.** Defaults, all shards in one process, transport compression on. \`@discordjs/ws\`
  names zlib-sync first and node:zlib as the alternative: both are shown. \`@discordeno/gateway\` gives camel-cased events, its default.
  Optional speed-ups of \`ws\` (bufferutil) serve none of them: servers do not mask.
- **The floor** is the least one can write: \`ws\`, zlib-sync (else node:zlib's handle, used synchronously) and \`Buffer.indexOf\` for
  \`t\`, \`s\` and \`op\`. It answers HELLO and heartbeats, checks nothing and parses nothing.
- **Warm.** Each run is a new process, warmed up on the first part of the stream until its code is compiled: at full speed, then for some seconds at the pace of the window that is measured next. Garbage is collected when V8 sees fit, as it is
  for a bot: a collection that is asked for before each window, as earlier versions of this page had it, gives V8 a limit for its heap that it would not have chosen, and
  it then collected everything every 100 ms. CPU time is that of the whole process, all threads, user and system.
- **Paced**: ${pacedRate.toLocaleString('en-US')} events/s over all shards, each a write of its own, far below what any program can take (but for fzstd): what an event costs in daily life,
  most of which is the system's and \`ws\`'s work for each packet. **Burst**: as fast as the program reads, many events in a packet: what is left when that is shared.
  With a consumer, half a minute of it instead of seconds, for all programs there: code that runs for each batch takes that long until it is compiled.
- **At the same rate.** What an event costs depends on how many come with it, and with a consumer a burst is as fast as the bot, without one as fast as the gateway. So what a consumer costs is held
  against the gateway alone at one rate that both take ([decision 0014](decisions/0014-a-consumer-at-the-same-rate.md)); paced and burst are shown beside it, with the same limit.
- **Rounds.** Programs take turns, each round begins with another; shown are the median and, in brackets, the least and the most. Ratios are
  taken within each round, and of these the median.
- **Heartbeats** are asked for every ten minutes, longer than any run, and not acknowledged: an answer could not be put into a stream that is compressed already.
- **Memory**: RSS with all shards idle after READY and 40 events each (so that every decompression window is full), after garbage collection (\`--expose-gc\`), less that with one shard, divided.
- **zstd-stream** needs Node.js 22.15; below that the source runs on a later one, and the programs with what they have (Shardgate and
  Discordeno: the package fzstd).
- **Mixes** are estimates, no public figures are known. typical: ${weights('typical')}. presence: ${weights('presence')}.`;
}
