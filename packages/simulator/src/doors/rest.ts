import { API_VERSIONS, GLOBAL_REQUEST_LIMIT } from '../discord-limits.ts';
import { createSlidingWindow } from '../limits/sliding-window.ts';
import type { SlidingWindow } from '../limits/sliding-window.ts';
import { isRecord } from '../option-check.ts';
import type { Simulation } from '../simulation.ts';
import { botUser } from '../world/shapes/person.ts';
import { isSnowflake, snowflakeAt } from '../world/snowflake.ts';

/** A request to Discord's API. Header names are in lower case, as Node gives them. */
export interface RestRequest {
  readonly method: string;
  /** Path from `/api` on; a query is ignored. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
}

export interface RestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer, and how long to wait with it. */
export interface DelayedAnswer extends RestAnswer {
  readonly delayMs: number;
}

export interface RestApi {
  answer(request: RestRequest): DelayedAnswer;
}

/** Requests of a bucket and the time they are for. Discord's own numbers are not published and change. */
const BUCKETS: Readonly<Record<string, readonly [limit: number, windowMs: number]>> = {
  'gateway-bot': [10, 10_000],
  messages: [5, 5_000],
  default: [30, 30_000],
};

type RouteAnswer = { readonly status: number; readonly body: unknown };

interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly bucket: string;
  /** Interaction callbacks authorise themselves and do not count towards the global limit. */
  readonly needsToken: boolean;
  readonly isGlobal: boolean;
  reply(simulation: Simulation, match: RegExpExecArray, body: unknown): RouteAnswer;
}

function discordError(status: number, message: string, code: number = 0): RouteAnswer {
  return { status, body: { message, code } };
}

function gatewayUrl(simulation: Simulation): string {
  const { addresses, settings } = simulation;
  return addresses.main.replace(/\/$/, '') + (settings.trailingSlash ? '/' : '');
}

function recommendedShards({ settings, population }: Simulation): number {
  if (settings.shards !== null) return settings.shards;
  const wanted = Math.max(1, Math.ceil(population.count / 1_000));
  return Math.ceil(wanted / settings.requiredShardMultiple) * settings.requiredShardMultiple;
}

function createMessage(simulation: Simulation, channelId: string, body: unknown): RouteAnswer {
  if (!isSnowflake(channelId)) return discordError(400, 'Invalid Form Body', 50035);
  const content = isRecord(body) && typeof body.content === 'string' ? body.content : '';
  const hasOther = isRecord(body) && ['embeds', 'components', 'sticker_ids', 'poll'].some((key) => key in body);
  if (content === '' && !hasOther) return discordError(400, 'Cannot send an empty message', 50006);
  const wallMs = simulation.clock.wallTime();
  const message = {
    id: snowflakeAt(wallMs, Math.floor(simulation.random() * 4_000_000)),
    channel_id: channelId,
    author: botUser(simulation.application),
    content,
    timestamp: new Date(wallMs).toISOString().replace('Z', '000+00:00'),
    edited_timestamp: null,
    tts: false,
    mention_everyone: false,
    mentions: [],
    mention_roles: [],
    attachments: [],
    embeds: isRecord(body) && Array.isArray(body.embeds) ? body.embeds : [],
    components: [],
    pinned: false,
    type: 0,
    flags: 0,
  };
  return { status: 200, body: message };
}

const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    pattern: /^\/gateway$/,
    bucket: 'default',
    needsToken: false,
    isGlobal: true,
    reply: (simulation) => ({ status: 200, body: { url: gatewayUrl(simulation) } }),
  },
  {
    method: 'GET',
    pattern: /^\/gateway\/bot$/,
    bucket: 'gateway-bot',
    needsToken: true,
    isGlobal: true,
    reply: (simulation) => ({
      status: 200,
      body: {
        url: gatewayUrl(simulation),
        shards: recommendedShards(simulation),
        session_start_limit: simulation.budget.sessionStartLimit(simulation.clock.now()),
      },
    }),
  },
  {
    method: 'GET',
    pattern: /^\/users\/@me$/,
    bucket: 'default',
    needsToken: true,
    isGlobal: true,
    reply: (simulation) => ({ status: 200, body: botUser(simulation.application) }),
  },
  {
    method: 'POST',
    pattern: /^\/channels\/(\d+)\/messages$/,
    bucket: 'messages',
    needsToken: true,
    isGlobal: true,
    reply: (simulation, match, body) => createMessage(simulation, match[1] ?? '', body),
  },
  {
    method: 'POST',
    pattern: /^\/interactions\/(\d+)\/[^/]+\/callback$/,
    bucket: 'default',
    needsToken: false,
    isGlobal: false,
    reply: (_simulation, _match, body) =>
      isRecord(body) && Number.isInteger(body.type)
        ? { status: 204, body: undefined }
        : discordError(400, 'Invalid Form Body', 50035),
  },
];

const HTML_PAGE =
  '<!DOCTYPE html><html><head><title>Error</title></head><body><h1>The web server reported an error</h1></body></html>';

function written(answer: RouteAnswer, headers: Readonly<Record<string, string>>): RestAnswer {
  if (answer.body === undefined) return { status: answer.status, headers, body: '' };
  return {
    status: answer.status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(answer.body),
  };
}

/** https://docs.discord.com/developers/topics/rate-limits#exceeding-a-rate-limit */
function rateLimited(
  retryAfterMs: number,
  scope: 'user' | 'global' | 'shared',
  headers: Readonly<Record<string, string>> = {},
): RestAnswer {
  const message = scope === 'shared' ? 'The resource is being rate limited.' : 'You are being rate limited.';
  const body = { message, retry_after: retryAfterMs / 1_000, global: scope === 'global' };
  return written(
    { status: 429, body },
    {
      ...headers,
      'retry-after': String(Math.ceil(retryAfterMs / 1_000)),
      'x-ratelimit-scope': scope,
      ...(scope === 'global' ? { 'x-ratelimit-global': 'true' } : {}),
    },
  );
}

function parseBody(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}

/** Discord's REST API as far as a gateway and a first bot need it. */
export function createRestApi(simulation: Simulation): RestApi {
  const { clock, faults, tokens } = simulation;
  const buckets = new Map<string, SlidingWindow>();
  const global = createSlidingWindow(GLOBAL_REQUEST_LIMIT, 1_000);

  function bucketHeaders(name: string, window: SlidingWindow, now: number): Record<string, string> {
    const [limit, windowMs] = BUCKETS[name] ?? [1, 1_000];
    const used = window.count(now);
    // Until the oldest request leaves the window; nearly all of it when this one is alone.
    const resetAfter = (used < limit ? windowMs : window.wait(now)) / 1_000;
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(Math.max(0, limit - used)),
      'x-ratelimit-reset': (clock.wallTime() / 1_000 + resetAfter).toFixed(3),
      'x-ratelimit-reset-after': resetAfter.toFixed(3),
      'x-ratelimit-bucket': Buffer.from(name).toString('hex').padEnd(32, '0').slice(0, 32),
    };
  }

  function limited(route: Route, match: RegExpExecArray): RestAnswer | Record<string, string> {
    const now = clock.now();
    if (route.isGlobal && !global.take(now)) return rateLimited(global.wait(now), 'global');
    // A channel's bucket is its own.
    const key = `${route.bucket} ${route.bucket === 'messages' ? match[1] : ''}`;
    let window = buckets.get(key);
    if (window === undefined)
      buckets.set(key, (window = createSlidingWindow(...(BUCKETS[route.bucket] ?? [1, 1_000]))));
    if (!window.take(now)) return rateLimited(window.wait(now), 'user', bucketHeaders(route.bucket, window, now));
    return bucketHeaders(route.bucket, window, now);
  }

  function ordinary(request: RestRequest): RestAnswer {
    const [path = ''] = request.path.split('?');
    const versioned = /^\/api(?:\/v(\d+))?(\/.*)$/.exec(path);
    if (versioned === null) return written(discordError(404, '404: Not Found'), {});
    if (versioned[1] !== undefined && !API_VERSIONS.includes(Number(versioned[1])))
      return written(discordError(400, 'Invalid API version', 50041), {});
    for (const route of ROUTES) {
      const match = route.pattern.exec(versioned[2] ?? '');
      if (match === null || route.method !== request.method) continue;
      if (route.needsToken) {
        const authorization = request.headers.authorization ?? '';
        if (!authorization.startsWith('Bot ') || !tokens.accepts(authorization))
          return written(discordError(401, '401: Unauthorized'), {});
      }
      const limit = limited(route, match);
      if (isAnswer(limit)) return limit;
      return written(route.reply(simulation, match, parseBody(request.body)), limit);
    }
    return written(discordError(404, '404: Not Found'), {});
  }

  return {
    answer(request) {
      const fault = faults.take('rest', clock.now(), { path: request.path });
      if (fault === undefined) return { ...ordinary(request), delayMs: 0 };
      const { status, html = false, delayMs = 0, retryAfterMs = 1_000, scope = 'user' } = fault;
      if (status === undefined) return { ...ordinary(request), delayMs };
      if (html) return { status, headers: { 'content-type': 'text/html' }, body: HTML_PAGE, delayMs };
      if (status === 429) return { ...rateLimited(retryAfterMs, scope), delayMs };
      const message = status === 401 ? '401: Unauthorized' : `${status}: Error`;
      return { ...written(discordError(status, message), {}), delayMs };
    },
  };
}

function isAnswer(value: RestAnswer | Record<string, string>): value is RestAnswer {
  return typeof value.status === 'number';
}
