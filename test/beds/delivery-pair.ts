import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Simulator } from '@shardgate/simulator';
import { DELIVERY_TOKEN } from './delivery-discord.ts';
import {
  startBot,
  startGateway,
  type BotProcess,
  type BotSettings,
  type GatewayProcess,
  type OwnProcess,
} from './delivery-processes.ts';

/** Longest time until a process that is under load comes to a named point. */
const REACH_MS = 15_000;
const SINK = 'stream';
export const PAIR_BOT = 'bot';

export type Half = 'gateway' | 'bot';

/** A gateway's process and a bot's, each started again whenever it is gone. */
export interface ProcessPair {
  readonly gateway: GatewayProcess;
  readonly bot: BotProcess;
  /** What came to a bot a second time, over all lives. */
  readonly duplicates: number;
  /** @param crashAt a point at which this life ends itself */
  startGateway(crashAt?: string): GatewayProcess;
  startBot(): BotProcess;
  /** SIGKILL: when the process has passed the point so many times, or at once. */
  kill(half: Half, point?: string, skip?: number): Promise<void>;
  /** Resolves when Discord has seen that the gateway's sockets are gone: with thousands of events to send it may be late. */
  disconnected(): Promise<void>;
}

export interface PairOptions {
  readonly simulator: Simulator;
  readonly apiUrl: string;
  readonly folder: string;
  readonly memory?: BotSettings['memory'];
}

export function createPair({ simulator, apiUrl, folder, memory = 'handler' }: PairOptions): ProcessPair {
  let lives = 0;
  let gateway: GatewayProcess | undefined;
  let bot: BotProcess | undefined;
  let duplicatesBefore = 0;

  const own = (half: Half): OwnProcess => {
    const process = half === 'gateway' ? gateway : bot;
    if (process === undefined) throw new Error(`no ${half} was started`);
    return process;
  };

  return {
    get gateway() {
      return own('gateway') as GatewayProcess;
    },
    get bot() {
      return own('bot') as BotProcess;
    },
    get duplicates() {
      return duplicatesBefore + (bot?.figures.duplicates ?? 0);
    },
    startGateway(crashAt) {
      gateway = startGateway({
        apiUrl,
        token: DELIVERY_TOKEN,
        folder,
        sinks: [{ kind: 'unix', name: SINK }],
        // Segments that come and go all the time.
        journal: { segmentBytes: 256 * 1024, ballastBytes: 0 },
        // Most lives write every event to the disk, some only what waits: the default.
        delivery: { journalAfterMs: ++lives % 4 === 0 ? 250 : 0 },
        ...(crashAt === undefined ? {} : { crash: { point: crashAt } }),
      });
      return gateway;
    },
    startBot() {
      duplicatesBefore += bot?.figures.duplicates ?? 0;
      bot = startBot({ url: `unix:${join(folder, `${SINK}.sock`)}`, folder, name: PAIR_BOT, memory });
      return bot;
    },
    async kill(half, point, skip = 0) {
      const process = own(half);
      if (point === undefined) return process.kill();
      process.send({ type: 'crash', point, skip, journalAfterMs: 0 });
      await Promise.race([process.ended(), pause(REACH_MS, undefined, { ref: false })]);
      if (process.crashedAt !== point) throw new Error(`the ${half} did not end at '${point}'`);
    },
    async disconnected() {
      const deadline = performance.now() + REACH_MS;
      while (simulator.state().connections > 0) {
        if (performance.now() > deadline) throw new Error('the sockets of a process that is gone are still there');
        await pause(10);
      }
    },
  };
}
