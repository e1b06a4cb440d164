import { open } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  exportJournal,
  repairJournal,
  tailJournal,
  verifyJournal,
  type DeliveryRecord,
  type LaneKey,
} from '@shardgate/delivery';
import { systemClock } from '@shardgate/gateway';
import { Command } from 'commander';
import { repairText, verificationText } from '../journal/check-text.ts';
import { inspectionText } from '../journal/inspection-text.ts';
import { JournalProblem, problemOf } from '../journal/journal-problem.ts';
import { openKnownJournal } from '../journal/known-journal.ts';
import { showProgress } from '../journal/progress.ts';
import { recordJson, recordLine } from '../journal/record-text.ts';
import { laneKey } from './lane-key.ts';
import { wholeNumber } from './whole-number.ts';

/** The journal is damaged, or was, and events are missing. */
const DAMAGED = 1;
/** The command could not be carried out. */
const IMPOSSIBLE = 2;

interface JsonOption {
  readonly json?: true;
}

interface ExportCommandOptions {
  readonly lane?: LaneKey;
  readonly after?: number;
  readonly output?: string;
}

/** `shardgate journal`: looks into a delivery's journal and mends it. */
export function journalCommand(): Command {
  return new Command('journal')
    .description("look into a gateway's journal, check it, mend it")
    .addCommand(
      subcommand('inspect', 'say what a journal holds, by its indexes; also while a gateway uses it')
        .option('--json', 'as one JSON object')
        .action((path: string, { json }: JsonOption) =>
          carryOut(path, json, async () => {
            const { inspection } = await openKnownJournal(path);
            print(json ? JSON.stringify(inspection) : inspectionText(path, inspection));
          }),
        ),
    )
    .addCommand(
      subcommand('verify', `read every byte and check it; exit code ${DAMAGED} when something is damaged or missing`)
        .option('--json', 'as one JSON object')
        .action((path: string, { json }: JsonOption) => carryOut(path, json, () => verify(path, json))),
    )
    .addCommand(
      subcommand('repair', 'make a damaged journal whole that no gateway uses; what is damaged is kept aside')
        .option('--json', 'as one JSON object')
        .action((path: string, { json }: JsonOption) => carryOut(path, json, () => repair(path, json))),
    )
    .addCommand(
      subcommand('tail', 'show records as a gateway writes them, until Ctrl-C')
        .option('--lane <shard/count>', 'only this lane', laneKey)
        .option('--json', 'one JSON object a line, with the payload')
        .action((path: string, { json, lane }: JsonOption & { lane?: LaneKey }) =>
          carryOut(path, json, () => tail(path, json, lane)),
        ),
    )
    .addCommand(
      subcommand('export', 'write out all records, one JSON object a line, with their payloads')
        .option('--lane <shard/count>', 'only this lane', laneKey)
        .option('--after <offset>', 'only records above this offset', wholeNumber(0, Number.MAX_SAFE_INTEGER))
        .option('--output <file>', 'a new file; without it standard output')
        .action((path: string, options: ExportCommandOptions) =>
          carryOut(path, undefined, () => exportTo(path, options)),
        ),
    );
}

function subcommand(name: string, description: string): Command {
  return new Command(name).description(description).argument('<path>', "the journal's directory");
}

async function verify(path: string, json: true | undefined): Promise<void> {
  const { store, bytesRead, inspection } = await openKnownJournal(path);
  const done = showProgress('verify', () => ({ bytes: inspection.bytes, bytesRead: bytesRead() }));
  const verification = await verifyJournal(store, Date.now()).finally(done);
  print(json ? JSON.stringify(verification) : verificationText(verification));
  if (!verification.ok) process.exitCode = DAMAGED;
}

async function repair(path: string, json: true | undefined): Promise<void> {
  const { store, bytesRead, inspection } = await openKnownJournal(path);
  const done = showProgress('repair', () => ({ bytes: inspection.bytes, bytesRead: bytesRead() }));
  const repaired = await repairJournal(store, Date.now()).finally(done);
  print(json ? JSON.stringify(repaired) : repairText(repaired));
}

async function tail(path: string, json: true | undefined, lane: LaneKey | undefined): Promise<void> {
  const { store } = await openKnownJournal(path);
  const ending = new AbortController();
  const end = (): void => ending.abort();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  const options = { clock: systemClock, signal: ending.signal, ...(lane === undefined ? {} : { lane }) };
  await writeLines(tailJournal(store, options), json ? recordJson : recordLine, process.stdout);
}

async function exportTo(path: string, { lane, after, output }: ExportCommandOptions): Promise<void> {
  const { store, inspection } = await openKnownJournal(path);
  assertLane(path, inspection.lanes, lane);
  let written = 0;
  const records = exportJournal(
    store,
    { ...(lane === undefined ? {} : { lane }), ...(after === undefined ? {} : { afterOffset: after }) },
    Date.now(),
  );
  const toLine = (record: DeliveryRecord): string => {
    written++;
    return recordJson(record);
  };
  const target = output === undefined ? process.stdout : await newFile(output);
  const done = showProgress('export', () => ({ records: inspection.records, written }));
  await writeLines(records, toLine, target).finally(done);
}

function assertLane(path: string, lanes: readonly LaneKey[], lane: LaneKey | undefined): void {
  const nameOf = ({ shardId, shardCount }: LaneKey): string => `${shardId}/${shardCount}`;
  const names = lanes.map(nameOf);
  if (lane === undefined || names.includes(nameOf(lane))) return;
  throw new JournalProblem(
    'noSuchLane',
    `${path} has no lane ${nameOf(lane)}; it has ${names.join(', ') || 'none at all'}`,
  );
}

async function newFile(path: string): Promise<Writable> {
  try {
    return (await open(path, 'wx', 0o600)).createWriteStream();
  } catch (error) {
    throw new JournalProblem('output', `the output cannot be written: ${String(error)}; give a new file`, error);
  }
}

/** Writes records as fast as they are read at the other end, and ends when nobody reads any more. */
async function writeLines(
  records: AsyncIterable<DeliveryRecord>,
  toLine: (record: DeliveryRecord) => string,
  target: Writable,
): Promise<void> {
  const lines = async function* (): AsyncGenerator<string> {
    for await (const record of records) yield `${toLine(record)}\n`;
  };
  try {
    await pipeline(Readable.from(lines()), target, { end: target !== process.stdout });
  } catch (error) {
    const isUnread = error instanceof Error && 'code' in error && error.code === 'EPIPE';
    if (!isUnread) throw error;
  }
}

/** Runs a subcommand; what keeps it from its work is said on the error stream, with exit code 2. */
async function carryOut(path: string, json: true | undefined, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const problem = problemOf(error, path);
    if (!(problem instanceof JournalProblem)) throw problem;
    const { code, message } = problem;
    process.stderr.write(json ? `${JSON.stringify({ error: { code, message } })}\n` : `error: ${message}\n`);
    process.exitCode = IMPOSSIBLE;
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
