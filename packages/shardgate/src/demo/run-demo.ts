import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createChain, type Chain, type Victim } from './chain.ts';
import { createDemoFigures, type DemoFigures } from './demo-figures.ts';
import { createJsonReport, createTerminalReport, type DemoReport } from './demo-report.ts';
import type { DemoSettings } from './demo-settings.ts';
import { listenToKeys } from './keys.ts';
import type { RoleMessage } from './role-messages.ts';

const STATUS_MS = 1_000;
/** A real bot's sessions and journal are kept for the next start; a simulated bot's end with its simulator. */
const REAL_STATE_FOLDER = './.shardgate';
/** At the end the bot gets this long to handle what is under way. */
const DRAIN_MS = 30_000;
const DRAIN_LOOK_MS = 50;

/** When the demo ends, and how fast. */
interface Ending {
  /** Somebody wants it to stop; the second time without waiting for what is under way. */
  request(): void;
  fail(reason: string): void;
  /** Resolves when it is to stop. */
  readonly requested: Promise<void>;
  readonly isRequested: boolean;
  readonly isHurried: boolean;
  readonly hasFailed: boolean;
}

/**
 * Runs simulator, REST process, gateway process and bot as separate processes until Ctrl-C (or for `seconds`), and proves by the events' ids what became of
 * each event.
 *
 * @returns the exit code: 0 when nothing was lost, 1 when something was or a process failed
 */
export async function runDemo(settings: DemoSettings): Promise<number> {
  const { stdout } = process;
  const write = (text: string): void => void stdout.write(text);
  const report = stdout.isTTY ? createTerminalReport(write, () => stdout.columns) : createJsonReport(write);
  const ending = createEnding(report);
  const folder = await mkdtemp(join(tmpdir(), 'shardgate-demo-'));
  const botLog = join(folder, 'bot.log');
  const stateFolder = settings.token === undefined ? folder : REAL_STATE_FOLDER;
  let isQuiet = false;
  const hear = (message: RoleMessage): void => {
    figures.hear(message);
    if (message.type === 'sent') {
      isQuiet = message.isLast;
      report.status(figures.status());
    } else if (message.type === 'handled') message.samples.forEach(report.sample);
    else if (message.type === 'gap')
      report.note(`shard ${message.shardId}: ${message.count ?? 'some'} events are lost (${message.cause})`);
    else if (message.type === 'note') report.note(message.text);
    else if (message.type === 'failed') ending.fail(message.text);
  };
  const chain = createChain({ ...settings, stateFolder, botLog, hear, fail: ending.fail });
  const figures = createDemoFigures(botLog, chain);
  const look = (): void => {
    figures.readBotLog();
    if (chain.isSimulated) chain.ask('report');
    else report.status(figures.status());
  };
  const kill = (victim: Victim): void => {
    if (ending.isRequested || chain.isAway(victim)) return;
    report.note(`the ${victim} is killed`);
    if (victim === 'gateway') figures.gatewayLost();
    void chain.kill(victim).then(() => report.note(`the ${victim} is started again`));
  };

  process.on('SIGINT', ending.request);
  process.on('SIGTERM', ending.request);
  let calm: () => void = () => {};
  try {
    report.started({ ...(await chain.start()), journal: join(stateFolder, 'journal') });
    calm = keepGoing(settings, { look, kill, end: ending.request });
    await ending.requested;
    calm();
    if (chain.isSimulated && !ending.isHurried) {
      report.note('stopping: what is under way is handled, then the ids are compared; once more stops at once');
      await chain.whole();
      chain.ask('quiet');
      await drained(figures, () => isQuiet, ending);
    }
  } catch (error) {
    ending.fail(error instanceof Error ? error.message : String(error));
  } finally {
    calm();
  }
  const exitCode = await finish(chain, figures, report);
  await rm(folder, { recursive: true, force: true });
  process.off('SIGINT', ending.request);
  process.off('SIGTERM', ending.request);
  return ending.hasFailed ? 1 : exitCode;
}

function createEnding(report: DemoReport): Ending {
  let request: () => void = () => {};
  const requested = new Promise<void>((resolve) => (request = resolve));
  const state = { requested, isRequested: false, isHurried: false, hasFailed: false };
  return Object.assign(state, {
    request() {
      state.isHurried = state.isRequested;
      state.isRequested = true;
      request();
    },
    fail(reason: string) {
      report.failed(reason);
      Object.assign(state, { isRequested: true, isHurried: true, hasFailed: true });
      request();
    },
  });
}

/** What happens by itself or at a key while the demo runs. Gives what ends it. */
function keepGoing(
  { seconds, killEvery }: DemoSettings,
  actions: { look(): void; kill(victim: Victim): void; end(): void },
): () => void {
  const { stdin, stdout } = process;
  const { look, kill, end } = actions;
  let kills = 0;
  const timers = [setInterval(look, STATUS_MS)];
  if (seconds !== undefined) timers.push(setTimeout(end, seconds * 1000));
  if (killEvery !== undefined)
    timers.push(setInterval(() => kill(kills++ % 2 === 0 ? 'bot' : 'gateway'), killEvery * 1000));
  const forgetKeys =
    stdin.isTTY && stdout.isTTY
      ? listenToKeys(stdin, { k: () => kill('bot'), g: () => kill('gateway'), q: end })
      : () => {};
  return () => {
    for (const timer of timers) clearTimeout(timer);
    forgetKeys();
  };
}

/** Resolves when every event that was sent is handled, or when there is no more waiting for it. */
async function drained(figures: DemoFigures, isQuiet: () => boolean, ending: Ending): Promise<void> {
  for (let waited = 0; waited < DRAIN_MS && !ending.isHurried; waited += DRAIN_LOOK_MS) {
    figures.readBotLog();
    if (isQuiet() && figures.open() === 0) return;
    await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_MS));
  }
}

/** Stops the processes and sums up. Gives the exit code. */
async function finish(chain: Chain, figures: DemoFigures, report: DemoReport): Promise<number> {
  await chain.stop();
  const summary = figures.summary();
  figures.close();
  report.summary(summary);
  return (summary.lost ?? 0) + (summary.unknown ?? 0) > 0 ? 1 : 0;
}
