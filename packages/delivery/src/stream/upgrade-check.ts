import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../access/loopback.ts';
import { hostNameOf } from '../access/request-head.ts';

/** What a sink lets in. */
export interface UpgradeRules {
  readonly path: string;
  /** Values of `Origin` that may pass. Programs send none; only web pages do. */
  readonly allowedOrigins: readonly string[];
  /** Names, in lower case, by which the sink may be called beside the ones of this machine. */
  readonly allowedHosts: ReadonlySet<string>;
  readonly hasKey: boolean;
}

/** An answer to a request that is not let in. */
export interface UpgradeRefusal {
  readonly status: number;
  readonly message: string;
}

/** Why a request to open a WebSocket is refused whoever sends it; undefined when it may go on. The key is looked at elsewhere. */
export function upgradeRefusal(request: IncomingMessage, rules: UpgradeRules): UpgradeRefusal | undefined {
  const { origin } = request.headers;
  const name = hostNameOf(request);
  if (request.url?.split('?', 1)[0] !== rules.path) return { status: 404, message: 'nothing is here' };
  if (origin !== undefined && !rules.allowedOrigins.includes(origin)) {
    return { status: 403, message: 'web pages are not let in; see allowedOrigins' };
  }
  const isLocal = isLoopback(request.socket.localAddress ?? '');
  if (!isLocal && !rules.hasKey) return { status: 403, message: 'a sink without a key is for this machine only' };
  if (isLocal && (name === undefined || !(isLoopback(name) || rules.allowedHosts.has(name)))) {
    return { status: 421, message: 'this host name is not known here; see allowedHosts' };
  }
  return undefined;
}
