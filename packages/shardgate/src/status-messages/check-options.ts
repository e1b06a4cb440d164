import { inspect } from 'node:util';
import { STATUS_KINDS } from './kind-looks.ts';
import type { StatusMessagesOptions, StatusTarget } from './status-messages.ts';
import { parseWebhookUrl, type WebhookUrl } from './webhook-url.ts';

const OWNER = 'createStatusMessages';

/** Shortest and longest interval, milliseconds. */
const INTERVAL = { least: 1_000, most: 3_600_000 } as const;

type Check = (name: string, value: unknown) => void;

const CHECKS: Readonly<Record<keyof StatusMessagesOptions, Check>> = {
  target: checkTarget,
  guildTarget: checkTarget,
  intervalMs: (name, value) => {
    const whole = typeof value === 'number' && Number.isInteger(value);
    if (whole && value >= INTERVAL.least && value <= INTERVAL.most) return;
    const expected = `a whole number from ${INTERVAL.least} to ${INTERVAL.most} milliseconds`;
    throw new RangeError(`${name}: expected ${expected}, got ${inspect(value)}`);
  },
  kinds: (name, value) => {
    const known: readonly unknown[] = STATUS_KINDS;
    if (Array.isArray(value) && value.every((kind) => known.includes(kind))) return;
    throw new TypeError(`${name}: expected a list of ${STATUS_KINDS.join(', ')}, got ${inspect(value)}`);
  },
  guildName: checkFunction,
  onProblem: checkFunction,
  clock: (name, value) => {
    if (!hasMethods(value, 'now', 'wallTime', 'setTimer', 'clearTimer')) {
      throw new TypeError(`${name}: expected a clock, such as systemClock`);
    }
  },
  random: checkFunction,
};

/** @throws {TypeError | RangeError} naming the option; the address of a webhook is never shown */
export function checkOptions(options: StatusMessagesOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(CHECKS, name)) {
      throw new TypeError(`${OWNER}: unknown option "${name}", expected one of ${Object.keys(CHECKS).join(', ')}`);
    }
    if (value !== undefined) CHECKS[name as keyof StatusMessagesOptions](`${OWNER}: ${name}`, value);
  }
  for (const name of ['clock', 'random'] as const) CHECKS[name](`${OWNER}: ${name}`, options[name]);
  if (options.target === undefined && options.guildTarget === undefined) {
    throw new TypeError(`${OWNER}: target: expected a webhook or a channel here or as guildTarget, got neither`);
  }
}

function checkTarget(name: string, value: unknown): void {
  readTarget(name, value);
}

/** A target, checked. */
export function readTarget(name: string, value: unknown): WebhookUrl | Extract<StatusTarget, { channelId: string }> {
  const fields: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
  const { webhookUrl, channelId } = fields;
  if ((webhookUrl === undefined) === (channelId === undefined)) {
    // The value stays unsaid: it may be the webhook's address itself.
    throw new TypeError(`${name}: expected { webhookUrl } or { channelId, rest }`);
  }
  if (webhookUrl !== undefined) return parseWebhookUrl(`${name}.webhookUrl`, webhookUrl);
  if (typeof channelId !== 'string' || !/^\d{1,20}$/.test(channelId)) {
    throw new TypeError(`${name}.channelId: expected the id of a channel, got ${inspect(channelId)}`);
  }
  const { rest } = value as Extract<StatusTarget, { channelId: string }>;
  if (!hasMethods(rest, 'runMethod')) throw new TypeError(`${name}.rest: expected a REST manager`);
  return { channelId, rest };
}

function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`${name}: expected a function, got ${inspect(value)}`);
}

function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  return (
    typeof value === 'object' && value !== null && names.every((name) => typeof Reflect.get(value, name) === 'function')
  );
}
