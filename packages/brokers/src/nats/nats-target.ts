import { z } from 'zod';
import { readTiming, timingShape, type Timing, type TimingSettings } from '../timing.ts';

/** Which NATS, and how: options that all of this module's factories have. */
export interface NatsTarget extends Timing {
  /** `nats://[user:password@ or token@]host[:port]`, `tls://` for TLS; a list for the servers of a cluster. */
  readonly url: string | readonly string[];
  /**
   * More for the client's `connect`: `tls`, `authenticator` (credentials files, NKeys), `inboxPrefix`. What concerns servers and reconnecting is
   * ours.
   */
  readonly connection?: Readonly<Record<string, unknown>> | undefined;
}

/** A target as it is used. */
export interface NatsTargetSettings extends TimingSettings {
  /** For messages: hosts and ports only. */
  readonly where: string;
  /** For the client's `connect`. */
  readonly connection: Readonly<Record<string, unknown>>;
}

const natsUrl = z.custom(
  (value) => typeof value === 'string' && URL.canParse(value) && /^(nats|tls):\/\//i.test(value),
  'expected a nats:// or tls:// address',
);

export const targetShape: Readonly<Record<keyof NatsTarget, z.ZodType>> = {
  ...timingShape,
  url: z.union([natsUrl, z.array(natsUrl).min(1)], 'expected a nats:// or tls:// address, or a list of them'),
  connection: z.record(z.string(), z.unknown()).optional(),
};

/** A checked target. `clientName` is what the server shows of us. */
export function readTarget(target: NatsTarget, clientName: string): NatsTargetSettings {
  const urls = [target.url].flat().map((url) => new URL(url));
  const timing = readTiming(target);
  return {
    where: urls.map(({ host }) => host).join(', '),
    connection: {
      ...credentialsIn(urls[0]),
      ...(urls.some(({ protocol }) => protocol === 'tls:') ? { tls: {} } : {}),
      ...target.connection,
      servers: urls.map(({ host }) => host),
      name: clientName,
      timeout: timing.timeoutMs,
      // Both are ours: what a client buffers for a later connection would come after what is sent again.
      reconnect: false,
      maxReconnectAttempts: 0,
      pingInterval: Math.max(1_000, timing.timeoutMs / 2),
      maxPingOut: 2,
      noAsyncTraces: true,
    },
    ...timing,
  };
}

function credentialsIn(url: URL | undefined): Readonly<Record<string, string>> {
  if (url === undefined || url.username === '') return {};
  const user = decodeURIComponent(url.username);
  return url.password === '' ? { token: user } : { user, pass: decodeURIComponent(url.password) };
}
