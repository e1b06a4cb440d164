import { MultiBar } from 'cli-progress';
import type { Overview, ServiceView } from '../service/service-view.ts';

const REFRESH_MS = 1_000;

/** The last line of a terminal: a bar while shards start, then a few figures. Lines of the log go above it. */
export interface TerminalStatus {
  /** Where the log is to write. */
  write(line: string): void;
  stop(): void;
}

export function createTerminalStatus(view: ServiceView): TerminalStatus {
  const bars = new MultiBar({ hideCursor: true, format: '{line}' });
  const bar = bars.create(1, 0, { line: 'starting' });
  const draw = (): void => {
    const overview = view.overview();
    const { lanes } = view.delivery();
    bar.update(0, {
      line: statusLine(
        overview,
        lanes.reduce((sum, { lag }) => sum + lag, 0),
      ),
    });
  };
  draw();
  // Only what is seen depends on this timer.
  const timer = setInterval(draw, REFRESH_MS);
  timer.unref();
  return {
    write: (line) => bars.log(line),
    stop() {
      clearInterval(timer);
      draw();
      bars.stop();
    },
  };
}

const WIDTH = 30;

/** `████░░ 12/64 shards ready, the last in 4:10` or `64 shards ready · 1,240 events/s · …` */
export function statusLine(
  { shards, shardsHere, etaMs, eventsPerSecond, latencyMs, guilds, rss }: Overview,
  lag: number,
): string {
  const up = shards.ready + shards.paused;
  const trouble = [
    ...(shards.failed > 0 ? [`${shards.failed} FAILED`] : []),
    ...(shards.reconnecting > 0 ? [`${shards.reconnecting} reconnecting`] : []),
    ...(shards.paused > 0 ? [`${shards.paused} paused`] : []),
  ];
  const figures = [
    ...trouble,
    `${Math.round(eventsPerSecond).toLocaleString('en')} events/s`,
    `${lag.toLocaleString('en')} waiting`,
    `${guilds.toLocaleString('en')} guilds`,
    ...(latencyMs === null ? [] : [`${Math.round(latencyMs)} ms`]),
    `${Math.round(rss / 2 ** 20)} MB`,
  ];
  if (shardsHere === 0) return 'asking Discord for the shard count';
  const start = up + shards.reconnecting + shards.failed;
  if (start >= shardsHere) return `${up}/${shardsHere} shards ready · ${figures.join(' · ')}`;
  const filled = Math.floor((up / shardsHere) * WIDTH);
  return `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${up}/${shardsHere} shards ready, the last in ${clockText(etaMs)} · ${figures.join(' · ')}`;
}

function clockText(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
