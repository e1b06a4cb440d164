const LOCALE = 'en';

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(LOCALE, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short' });

/** 1240 → "1,240" */
export const count = (value: number): string => whole.format(value);

/** 1240 → "1.2K" */
export const compact = (value: number): string => short.format(value);

/** Below ten with one digit: 3.2; else whole: "1,240". */
export const rate = (value: number): string => (value > 0 && value < 9.95 ? value.toFixed(1) : whole.format(value));

export const milliseconds = (value: number | null): string => (value === null ? '–' : `${whole.format(value)} ms`);

/** 1 → "1 shard", 3 → "3 shards" */
export const plural = (value: number, one: string, many: string = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** Bytes in the unit that gives at most three digits before the point. */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let left = value;
  while (left >= 1000 && unit < units.length - 1) {
    left /= 1024;
    unit += 1;
  }
  return `${unit > 0 && left < 10 ? left.toFixed(1) : whole.format(left)} ${units[unit]}`;
}

/** The two largest units that matter: "42 s", "3 min 20 s", "5 h 12 min", "3 d 4 h". */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined(minutes, 'min', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return joined(hours, 'h', minutes % 60, 'min');
  return joined(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Time of day; with the date where it is not today's. */
export function moment(at: number, now: number = Date.now()): string {
  const time = clock.format(at);
  return day.format(at) === day.format(now) ? time : `${day.format(at)}, ${time}`;
}
