/** Work that waits for its turn. */
interface Task {
  /** Whether it is still wanted when its turn comes. */
  isWanted(): boolean;
  /** Never rejects. Nothing when it was done at once. */
  run(): Promise<void> | undefined;
}

/** Runs tasks of one key one after another, tasks of different keys beside each other, up to a limit. */
export interface KeyedRunner {
  readonly running: number;
  readonly waiting: number;
  add(key: string, task: Task): void;
  /** Forgets tasks that are not wanted any more and have not begun. */
  prune(): void;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
}

export function createKeyedRunner(concurrency: number): KeyedRunner {
  /** Tasks of each key, the one that runs not among them. A key is here as long as one of its tasks runs or waits. */
  const lines = new Map<string, Task[]>();
  /** Keys with tasks of which none runs, the longest waiting first. */
  const ready = new Set<string>();
  const idleWaiters: (() => void)[] = [];
  let running = 0;
  let waiting = 0;
  let isTurning = false;

  const finished = (key: string): void => {
    running--;
    if (lines.get(key)?.length === 0) lines.delete(key);
    else ready.add(key);
  };

  const start = (key: string, task: Task): void => {
    running++;
    const work = task.run();
    if (work === undefined) finished(key);
    else finishAfter(key, work);
  };

  const finishAfter = (key: string, work: Promise<void>): void => {
    void work.then(() => {
      finished(key);
      turn();
    });
  };

  /** The same for a key of which nothing waits or runs; it is only written down when the task takes its time. */
  const startAtOnce = (key: string, task: Task): void => {
    if (!task.isWanted()) return;
    running++;
    // What the task adds meanwhile waits.
    isTurning = true;
    const work = task.run();
    isTurning = false;
    if (work !== undefined) {
      const line = lines.get(key);
      if (line === undefined) lines.set(key, []);
      else ready.delete(key);
      finishAfter(key, work);
    } else {
      running--;
    }
    if (waiting > 0 || idleWaiters.length > 0) turn();
  };

  const turn = (): void => {
    // Tasks that are done at once come back here: the loop below goes on with them, not the stack.
    if (isTurning) return;
    isTurning = true;
    for (const key of ready) {
      if (running >= concurrency) break;
      ready.delete(key);
      const task = lines.get(key)?.shift();
      if (task === undefined) {
        lines.delete(key);
        continue;
      }
      waiting--;
      if (task.isWanted()) start(key, task);
      else ready.add(key);
    }
    isTurning = false;
    if (running === 0 && waiting === 0) for (const resolve of idleWaiters.splice(0)) resolve();
  };

  return {
    get running() {
      return running;
    },
    get waiting() {
      return waiting;
    },
    add(key, task) {
      const line = lines.get(key);
      // Nothing waits: most handlers are done at once, and then the key need not be written down at all.
      if (line === undefined && waiting === 0 && running < concurrency && !isTurning) return startAtOnce(key, task);
      waiting++;
      if (line === undefined) {
        lines.set(key, [task]);
        ready.add(key);
      } else {
        line.push(task);
      }
      turn();
    },
    prune() {
      for (const line of lines.values()) {
        const wanted = line.filter((task) => task.isWanted());
        waiting -= line.length - wanted.length;
        line.splice(0, line.length, ...wanted);
      }
      turn();
    },
    idle() {
      return running === 0 && waiting === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve));
    },
  };
}
