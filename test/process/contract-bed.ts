import { spawn } from 'node:child_process';
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { createSimulator, type Simulator } from '@shardgate/simulator';
import { onTestFinished } from 'vitest';
import { SERVICE_TOKEN } from '../beds/service-process.ts';
import { createStory, type Happening, type Story } from './contract-story.ts';

/** What a consumer wrote down of an event. */
export interface Handled {
  readonly t: string;
  readonly d: Readonly<Record<string, unknown>>;
  readonly old?: unknown;
}

export interface ContractBed {
  readonly folder: string;
  readonly apiUrl: string;
  readonly simulator: Simulator;
  readonly guildIds: readonly string[];
  readonly story: Story;
  /** What was told so far, in order. */
  readonly happened: readonly Happening[];
  /** Lets something happen. */
  tell(happenings: readonly Happening[]): void;
  /** Goes on with the story for so many events, at a steady rate. */
  goOn(events: number, perSecond: number): Promise<void>;
}

export interface ContractBedOptions {
  readonly channels?: number;
  readonly guilds?: number;
}

/** A strict Discord of two shards with a story to tell. */
export async function startContractBed({ channels = 60, guilds = 6 }: ContractBedOptions = {}): Promise<ContractBed> {
  const folder = await mkdtemp(join(tmpdir(), 'shardgate-contract-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const simulator = createSimulator({ shards: 2, maxConcurrency: 2, guilds, token: SERVICE_TOKEN });
  onTestFinished(() => simulator.close());
  const { apiUrl } = await simulator.start();
  const guildIds = simulator.guilds.ids();
  const story = createStory(guildIds, channels);
  const happened: Happening[] = [];
  const tell = (happenings: readonly Happening[]): void => {
    for (const { t, d } of happenings) simulator.emit({ t, d });
    happened.push(...happenings);
  };
  return {
    folder,
    apiUrl,
    simulator,
    guildIds,
    story,
    happened,
    tell,
    goOn: async (events, perSecond) => {
      const startedAt = performance.now();
      for (let told = 0; told < events;) {
        const due = Math.min(events, Math.ceil(((performance.now() - startedAt) / 1_000) * perSecond));
        for (; told < due; told++) tell([story.next()]);
        await wait(5);
      }
    },
  };
}

export interface ConsumerProcess {
  /** Everything that it has written down. */
  records(): readonly Readonly<Record<string, unknown>>[];
  /** Of that, events. */
  handled(): readonly Handled[];
}

/** Starts one of the programs in `consumers/`; its last parameter is the file that it writes to. */
export async function startConsumer(
  bed: Pick<ContractBed, 'folder'>,
  program: string,
  parameters: readonly string[],
): Promise<ConsumerProcess> {
  const file = join(bed.folder, `${program}.lines`);
  const path = fileURLToPath(new URL(`consumers/${program}.mjs`, import.meta.url));
  const child = spawn(process.execPath, [path, ...parameters, file], { stdio: ['ignore', 'inherit', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const records: Readonly<Record<string, unknown>>[] = [];
  let read = 0;
  const follow = (): typeof records => {
    const text = existsSync(file) ? textFrom(file, read) : '';
    const end = text.lastIndexOf('\n') + 1;
    for (const line of text.slice(0, end).split('\n')) if (line !== '') records.push(JSON.parse(line));
    read += Buffer.byteLength(text.slice(0, end));
    return records;
  };
  return {
    records: follow,
    handled: () => follow().filter((record): record is Handled & Record<string, unknown> => 't' in record),
  };
}

/** What has been added to a file; half a character at its end comes with the next look, as the line is not whole. */
function textFrom(path: string, offset: number): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - offset));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, offset)).toString();
  } finally {
    closeSync(file);
  }
}

/** How what a consumer handled differs from what happened: nothing, when all is well. */
export interface Difference {
  readonly missing: number;
  readonly doubled: number;
  readonly wrong: readonly { readonly happened: Happening | undefined; readonly handled: Handled | undefined }[];
}

const SHOWN = 3;

/** Compares channel by channel, or by channel and name where a contract keeps no order between those: each event, its data and, where wanted, its `old`. */
export function compare(
  happened: readonly Happening[],
  handled: readonly Handled[],
  { by, old }: { readonly by: 'channel' | 'channel and name'; readonly old: boolean },
): Difference {
  const keyOf = (t: string, channelId: unknown): string =>
    by === 'channel' ? String(channelId) : `${String(channelId)} ${t}`;
  const expected = grouped(happened, ({ t, channelId }) => keyOf(t, channelId));
  const got = grouped(handled, (event) => keyOf(event.t, channelOf(event)));
  const wrong: Difference['wrong'][number][] = [];
  let missing = 0;
  let doubled = 0;
  for (const [key, told] of expected) {
    const came = got.get(key) ?? [];
    missing += Math.max(0, told.length - came.length);
    doubled += Math.max(0, came.length - told.length);
    const at = told.findIndex((one, index) => !isSame(one, came[index], old));
    if (at !== -1 && wrong.length < SHOWN) wrong.push({ happened: told[at], handled: came[at] });
  }
  return { missing, doubled, wrong };
}

const channelOf = ({ t, d }: Handled): unknown => (t.startsWith('CHANNEL_') ? d['id'] : d['channel_id']);

/** Without what came a second time right behind the first, as after an answer that was lost. */
export function withoutRepeats(handled: readonly Handled[]): readonly Handled[] {
  const last = new Map<unknown, Handled>();
  return handled.filter((event) => {
    const before = last.get(channelOf(event));
    last.set(channelOf(event), event);
    return before?.t !== event.t || !isDeepStrictEqual(before.d, event.d);
  });
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key) ?? [];
    group.push(one);
    groups.set(key, group);
  }
  return groups;
}

function isSame(told: Happening, came: Handled | undefined, old: boolean): boolean {
  if (came === undefined || came.t !== told.t || !isDeepStrictEqual(came.d, json(told.d))) return false;
  return !old || isDeepStrictEqual(came.old, json(told.old));
}

const json = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
