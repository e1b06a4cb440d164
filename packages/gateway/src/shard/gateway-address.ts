import type { GatewayState } from '../gateway-state.ts';
import { API_VERSION, DEFAULT_GATEWAY_URL, GATEWAY_DOMAIN } from '../discord-limits.ts';
import type { ConnectTarget, SessionIdentity } from './phase.ts';

type AddressOptions = Pick<GatewayState, 'urlWSS' | 'encoding' | 'compression' | 'trustedGatewayHosts'>;

/**
 * The full address of a connection: base plus version, encoding and compression, each exactly once. A resume must carry the same as the identify did.
 *
 * @see https://docs.discord.com/developers/events/gateway#connecting
 */
export function gatewayAddress(
  gateway: AddressOptions,
  target: ConnectTarget,
  session: SessionIdentity | undefined,
): string {
  const base = target === 'resume' && typeof session?.resumeUrl === 'string' ? session.resumeUrl : mainUrl(gateway);
  const url = new URL(base);
  url.searchParams.set('v', String(API_VERSION));
  url.searchParams.set('encoding', gateway.encoding);
  url.searchParams.delete('compress');
  if (gateway.compression.endsWith('-stream')) url.searchParams.set('compress', gateway.compression);
  return url.href;
}

/**
 * The `resume_gateway_url` of a READY if it may be told the token, else null. It must be `wss` on a host below discord.gg; where the main URL is another
 * host (a proxy, a simulator), that host is as good, by the main URL's own protocol.
 */
export function trustedResumeUrl(gateway: AddressOptions, candidate: unknown): string | null {
  if (typeof candidate !== 'string' || !URL.canParse(candidate)) return null;
  const url = new URL(candidate);
  const main = new URL(mainUrl(gateway));
  if (url.username !== '' || url.password !== '') return null;
  if (url.hostname === main.hostname) return url.protocol === main.protocol ? candidate : null;
  if (url.protocol !== 'wss:') return null;
  if (gateway.trustedGatewayHosts.includes(url.hostname)) return candidate;
  const ofDiscord = url.hostname === GATEWAY_DOMAIN || url.hostname.endsWith(`.${GATEWAY_DOMAIN}`);
  return ofDiscord && url.port === '' ? candidate : null;
}

function mainUrl(gateway: AddressOptions): string {
  return gateway.urlWSS === '' ? DEFAULT_GATEWAY_URL : gateway.urlWSS;
}
