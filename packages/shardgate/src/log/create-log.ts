import { pino, type DestinationStream, type Logger } from 'pino';

/** Levels, the least important last but `silent`, which writes nothing. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The service's log: one JSON object a line, or a line for people. */
export type Log = Logger;

export interface LogOptions {
  readonly level: LogLevel;
  /** `auto`: `pretty` where the output is a terminal, else `json`. */
  readonly format: 'auto' | 'json' | 'pretty';
  /** Default: standard error. Standard output is for events and for what a command answers. */
  readonly output?: NodeJS.WriteStream;
  /** Takes the finished lines instead of `output`. */
  readonly write?: (line: string) => void;
}

/** Creates the log. Nothing is buffered: what was logged is out, even when the process is killed right after. */
export function createLog({
  level,
  format,
  output = process.stderr,
  write = (line) => void output.write(line),
}: LogOptions): Log {
  const isPretty = format === 'pretty' || (format === 'auto' && output.isTTY);
  const destination: DestinationStream = {
    write: (line) => write(isPretty ? prettyLine(line) : line),
  };
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (name) => ({ level: name }) } },
    destination,
  );
}

/** `12:00:00 warn  shard 3 reconnects (cause=…)` */
function prettyLine(line: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown> & {
    err?: { message?: string };
  };
  const rest = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const details = [...rest, ...(err?.message === undefined ? [] : [`error=${err.message}`])].join(' ');
  const clock = String(time).slice(11, 19);
  return `${clock} ${String(level).padEnd(5)} ${String(msg)}${details === '' ? '' : ` (${details})`}\n`;
}
