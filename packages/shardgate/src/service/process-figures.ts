import type { Clock } from '@shardgate/gateway';

/** Seconds over which the load is taken. */
const SPAN = 10;

/** What the process takes of the machine. */
export interface ProcessFigures {
  /** Notes the time of the processor; once a second. */
  look(): void;
  rss(): number;
  /** Share of one core. */
  cpu(): number;
}

export function createProcessFigures(clock: Clock): ProcessFigures {
  const looks: { readonly at: number; readonly micros: number }[] = [];
  return {
    look() {
      const { user, system } = process.cpuUsage();
      looks.push({ at: clock.now(), micros: user + system });
      if (looks.length > SPAN + 1) looks.shift();
    },
    rss: () => process.memoryUsage.rss(),
    cpu() {
      const [first, last] = [looks[0], looks.at(-1)];
      if (first === undefined || last === undefined || last.at <= first.at) return 0;
      return (last.micros - first.micros) / 1_000 / (last.at - first.at);
    },
  };
}
