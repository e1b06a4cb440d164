/** One line for each run on stderr, so that what is left can be seen. */
export interface Progress {
  add(steps: number): void;
  done(text: string): void;
}

export function createProgress(): Progress {
  const start = performance.now();
  let total = 0;
  let finished = 0;
  return {
    add(steps) {
      total += steps;
    },
    done(text) {
      finished++;
      const seconds = (performance.now() - start) / 1_000;
      const left = (seconds / finished) * (total - finished);
      const width = String(total).length;
      process.stderr.write(
        `[${String(finished).padStart(width)}/${total}, ${clock(seconds)} gone, ${clock(left)} left] ${text}\n`,
      );
    },
  };
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}
