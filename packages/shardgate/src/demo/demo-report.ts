/** Figures of the demo at one moment. Undefined: nobody can know (without the simulator), or the process that knows is away. */
export interface DemoStatus {
  readonly ready: number | undefined;
  readonly total: number | undefined;
  readonly sent: number | undefined;
  readonly handled: number;
  readonly duplicatesDropped: number;
  readonly lost: number | undefined;
  readonly gaps: number;
  readonly kills: { readonly bot: number; readonly gateway: number };
  readonly waiting: number | undefined;
  readonly journalBytes: number | undefined;
}

/** How it ended. */
export interface DemoSummary extends Omit<DemoStatus, 'ready' | 'total' | 'waiting' | 'journalBytes'> {
  /** Handled and never sent; undefined without the simulator. */
  readonly unknown: number | undefined;
  /** Handled a second time. */
  readonly handledTwice: number;
}

/** Where the demo's words go. */
export interface DemoReport {
  started(addresses: Readonly<Record<string, string>>): void;
  status(status: DemoStatus): void;
  note(text: string): void;
  /** One of the bot's events. */
  sample(text: string): void;
  failed(reason: string): void;
  summary(summary: DemoSummary): void;
}

/** For programs: one JSON object a line. What is not known is null. */
export function createJsonReport(write: (text: string) => void): DemoReport {
  const line = (event: string, members: object): void =>
    write(`${JSON.stringify({ event, ...members }, (_key, value: unknown) => (value === undefined ? null : value))}\n`);
  return {
    started: (addresses) => line('started', addresses),
    status: (status) => line('status', status),
    note: (text) => line('note', { text }),
    sample: (text) => line('sample', { text }),
    failed: (reason) => line('failed', { reason }),
    summary: (summary) => line('summary', summary),
  };
}

const CLEAR_LINE = '\r\u001B[2K';

/** For people: lines that scroll, and under them one that is always the newest status. */
export function createTerminalReport(write: (text: string) => void, columns: () => number): DemoReport {
  let bottom = '';
  const print = (text: string): void => write(`${CLEAR_LINE}${text}\n${bottom}`);
  return {
    started(addresses) {
      for (const [name, address] of Object.entries(addresses)) print(`${name.padEnd(10)} ${address}`);
      print('keys       k kills the bot, g kills the gateway (SIGKILL; both start again), q stops');
    },
    status(status) {
      bottom = statusLine(status).slice(0, columns() - 1);
      write(`${CLEAR_LINE}${bottom}`);
    },
    note: print,
    sample: (text) => print(`  ${text}`),
    failed: (reason) => print(`failed: ${reason}`),
    summary(summary) {
      bottom = '';
      print(summaryLine(summary));
    },
  };
}

const count = (value: number | undefined): string => value?.toLocaleString('en') ?? 'not known';

function statusLine(status: DemoStatus): string {
  const { kills, ready, total, waiting, journalBytes } = status;
  return [
    ready === undefined ? 'gateway away' : `shards ${ready}/${total}`,
    `sent ${count(status.sent)}`,
    `handled ${count(status.handled)}`,
    `duplicates dropped ${count(status.duplicatesDropped)}`,
    `lost ${count(status.lost)}`,
    ...(status.gaps > 0 ? [`declared gaps ${count(status.gaps)}`] : []),
    `kills bot ${kills.bot} gateway ${kills.gateway}`,
    `waiting ${count(waiting)}${journalBytes === undefined ? '' : ` (journal ${kib(journalBytes)})`}`,
  ].join(' | ');
}

function summaryLine({ sent, handled, lost, duplicatesDropped, gaps, kills, ...odd }: DemoSummary): string {
  const proof =
    lost === undefined
      ? `lost: not known without the simulator; ${count(gaps)} gaps declared`
      : `${count(lost)} lost, each id compared`;
  return [
    `sent ${count(sent)}, handled ${count(handled)}: ${proof}`,
    `${count(duplicatesDropped)} duplicates dropped`,
    `${count(odd.handledTwice)} handled twice`,
    ...((odd.unknown ?? 0) > 0 ? [`${count(odd.unknown)} handled that were never sent`] : []),
    `bot killed ${times(kills.bot)}, gateway ${times(kills.gateway)}`,
  ].join('; ');
}

const times = (kills: number): string => (kills === 1 ? 'once' : `${kills} times`);

const kib = (bytes: number): string => `${Math.ceil(bytes / 1024).toLocaleString('en')} KiB`;
