import { z } from 'zod';
import type { AdminServerOptions } from './admin-server.ts';
import * as defaults from './defaults.ts';
import { isLoopback } from '@shardgate/delivery';
import type { AccessRules } from './request-guard.ts';

/** An object with these methods. */
const having = (...methods: readonly string[]): z.ZodType =>
  z.custom(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      methods.every((name) => typeof Reflect.get(value, name) === 'function'),
    `expected an object with the methods ${methods.join(', ')}`,
  );

const wholeNumber = (least: number, most: number): z.ZodType => {
  const expected = `expected a whole number from ${least} to ${most}`;
  return z.int(expected).min(least, expected).max(most, expected);
};

const text: z.ZodType = z.string('expected a text').min(1, 'expected a text of one character or more');

const shape = z.strictObject({
  view: having('overview', 'readiness', 'shards', 'shard', 'delivery', 'budget', 'incidents', 'onIncident'),
  actions: having('reconnect', 'reidentify', 'setLogLevel', 'pauseSink', 'resumeSink', 'pausedSinks', 'stop'),
  metrics: having('text'),
  host: text.optional(),
  port: wholeNumber(0, 65_535),
  secretKey: z
    .string('expected a text')
    .regex(/^[!-~]+$/, 'expected visible ASCII characters without spaces')
    .optional(),
  allowedHosts: z.array(text, 'expected a list of names').optional(),
  dashboardFolder: text.optional(),
  log: having('info', 'warn', 'error').optional(),
  snapshotIntervalMs: wholeNumber(1, 3_600_000).optional(),
  requestTimeoutMs: wholeNumber(1, 3_600_000).optional(),
});

/** Holds the options of `createAdminServer` against what they have to be; messages name the option and never quote its value, which may be secret. */
export function checkAdminOptions(options: AdminServerOptions): void {
  const { error } = shape.safeParse(options);
  const [issue] = error?.issues ?? [];
  if (issue === undefined) return;
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(shape.shape).join(', ');
    throw new TypeError(`createAdminServer: there is no option ${issue.keys.join(', ')}; there are ${known}`);
  }
  const Fault = issue.code === 'too_big' || issue.code === 'too_small' ? RangeError : TypeError;
  throw new Fault(`createAdminServer: ${issue.path.join('.') || 'options'}: ${issue.message}`);
}

/** @throws {RangeError} when somebody could get in who should not */
export function accessRules({ host = defaults.HOST, secretKey, allowedHosts = [] }: AdminServerOptions): AccessRules {
  const isLocal = isLoopback(host);
  if (secretKey === undefined && !isLocal) {
    throw new RangeError(
      `createAdminServer: host ${host} can be reached by other machines, so a secretKey is needed; give one or listen on ${defaults.HOST}`,
    );
  }
  const foreign = allowedHosts.filter((name) => !isLoopback(name));
  if (secretKey === undefined && foreign.length > 0) {
    throw new RangeError(
      `createAdminServer: allowedHosts lets others in by the name ${foreign.join(', ')}, so a secretKey is needed`,
    );
  }
  return { secretKey, isLocal, allowedHosts: new Set(allowedHosts.map((name) => name.toLowerCase())) };
}
