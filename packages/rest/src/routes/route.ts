import type { BaseUrl } from '../http/base-url.ts';
import { show } from '../options/option-check.ts';

/**
 * JSON whose shape is known to Discord's documentation but not to this package.
 *
 * It is `any` on purpose: the tutorial reads `res.url` of whatever route it asks, and a call may name the real type:
 * `runMethod<APIMessage>(…)`.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- see above
export type UntypedJson = any;

declare const resultOf: unique symbol;

/** A path that knows the type of its answer. The mark exists in the type only; at run time it is a plain string. */
export type RoutePath<Result = UntypedJson> = string & { readonly [resultOf]?: Result };

/** A route without parameters: usable as a value (`endpoints.GATEWAY_BOT`) and as a call (`endpoints.GATEWAY_BOT()`). */
export interface FixedRoute<Result = UntypedJson> {
  (): RoutePath<Result>;
  /** The path, so that template strings work. */
  toString(): string;
  /** The path, so that JSON and logs show it. */
  toJSON(): string;
}

/** What `runMethod` takes as a route. */
export type RouteArgument<Result = UntypedJson> = RoutePath<Result> | FixedRoute<Result> | URL;

/** A route taken apart. */
export interface ParsedRoute {
  /** Version written in the route, if any. */
  readonly version: string | undefined;
  /** Path without `/api` and version; begins with a slash. */
  readonly path: string;
  /** Empty, or begins with a question mark. */
  readonly query: string;
}

/** Makes a route without parameters. */
export function fixedRoute<Result = UntypedJson>(path: string): FixedRoute<Result> {
  const read = (): RoutePath<Result> => path as RoutePath<Result>;
  return Object.assign(read, { toString: (): string => path, toJSON: (): string => path });
}

/**
 * Takes a route apart: with or without a leading slash, `/v10`, `/api/v10`, or as a full URL of one of the `servers`.
 * Dots in the path are resolved, so the result cannot leave the API.
 *
 * @throws {TypeError} not a route, a full URL of another server, or with a fragment.
 */
export function parseRoute(route: unknown, servers: readonly BaseUrl[]): ParsedRoute {
  const text = typeof route === 'function' || route instanceof URL ? String(route) : route;
  if (typeof text !== 'string' || text === '') {
    throw new TypeError(`route: expected a path such as "/gateway/bot" or an entry of endpoints, got ${show(route)}`);
  }
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? ownUrl(text, servers) : pathUrl(text);
  if (text.includes('#')) {
    throw new TypeError(`route: ${show(displayRoute(url.pathname))} has a "#"; encode it as %23`);
  }
  const [, version, path = ''] = /^(?:\/api(?=\/))?(?:\/v(\d+)(?=\/))?(.*)$/.exec(url.pathname) ?? [];
  return { version, path, query: url.search };
}

/** The path as errors and logs print it: webhook and interaction tokens are cut out. */
export function displayRoute(path: string): string {
  return path.replace(/(\/(?:webhooks|interactions)\/[^/?]+\/)[^/?]+/, '$1:token').replace(/\?.*$/, '');
}

/** Host that no path can name, to notice a path that would change the host (`//host`, `/\host`). */
const NO_HOST = 'http://path.invalid';

function pathUrl(text: string): URL {
  const path = text.startsWith('/') ? text : `/${text}`;
  const url = URL.canParse(path, NO_HOST) ? new URL(path, NO_HOST) : undefined;
  if (url === undefined || url.origin !== NO_HOST) {
    throw new TypeError('route: a path must begin with one slash and must not name a host');
  }
  return url;
}

function ownUrl(text: string, servers: readonly BaseUrl[]): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const server = url === undefined ? undefined : servers.find((known) => known.origin === url.origin);
  if (url === undefined || server === undefined || url.username !== '' || url.password !== '') {
    throw new TypeError(
      `route: ${url?.host ?? 'the host'} is not a server of this manager; the key would leak to it, so the call is refused`,
    );
  }
  if (server.path !== '' && url.pathname.startsWith(`${server.path}/`)) {
    url.pathname = url.pathname.slice(server.path.length);
  }
  return url;
}
