import type { IncomingMessage } from 'node:http';
import { isLoopback } from '@shardgate/delivery';
import type { Refusal } from './refusal.ts';
import { showsKey } from './secret-key.ts';

/** Who is let in. */
export interface AccessRules {
  /** Undefined lets in whoever reaches the server. */
  readonly secretKey: string | undefined;
  /** The server can only be reached from this machine. */
  readonly isLocal: boolean;
  /** Names, in lower case, by which it may be called beside its own; empty for any, where it can be reached from elsewhere. */
  readonly allowedHosts: ReadonlySet<string>;
}

/**
 * Why a request is refused by what its head tells; undefined lets it in. `isOpen` paths need no key.
 *
 * Three things keep web pages of others out, which a browser on this machine may show: the name they call this server by (a page can have its own name
 * point here), the `Origin` and `Sec-Fetch-Site` that the browser adds, and for actions a header that no form can send.
 */
export function refusalOf(request: IncomingMessage, rules: AccessRules, isOpen: boolean): Refusal | undefined {
  const host = hostOf(request);
  if (host === undefined || !isKnownHost(host.name, request, rules)) {
    return {
      status: 421,
      error: 'unknownHost',
      message: 'this server is not known by that name; see admin.allowedHosts',
    };
  }
  if (isFromAnotherPage(request, host.text)) {
    return { status: 403, error: 'foreignPage', message: 'web pages of others are not let in' };
  }
  if (!isOpen && !mayRead(request, rules)) {
    return {
      status: 401,
      error: 'wrongKey',
      message: 'the key is missing or wrong: send it as Authorization: Bearer <key>',
      headers: { 'www-authenticate': 'Bearer' },
    };
  }
  return request.method === 'GET' || request.method === 'HEAD' ? undefined : actionRefusal(request);
}

/** Whether a request may see what needs a key. */
export function mayRead(request: IncomingMessage, { secretKey }: AccessRules): boolean {
  return secretKey === undefined || showsKey(request, secretKey);
}

function actionRefusal(request: IncomingMessage): Refusal | undefined {
  if (request.headers['x-shardgate'] !== '1') {
    return { status: 403, error: 'missingHeader', message: 'actions need the header X-Shardgate: 1' };
  }
  if (!/^application\/json *(;|$)/i.test(request.headers['content-type'] ?? '')) {
    return { status: 415, error: 'notJson', message: 'actions need the header Content-Type: application/json' };
  }
  return undefined;
}

/** The `Host` of a request as it came, and the name in it; undefined when there is none, several, or one that cannot be read. */
function hostOf(request: IncomingMessage): { readonly text: string; readonly name: string } | undefined {
  const [text = '', ...more] = request.headersDistinct['host'] ?? [];
  // `URL` would take more than a host and a port.
  if (more.length > 0 || !/^[^/?#@\\\s]+$/.test(text) || !URL.canParse(`http://${text}`)) return undefined;
  return { text, name: new URL(`http://${text}`).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '') };
}

function isKnownHost(name: string, request: IncomingMessage, { isLocal, allowedHosts }: AccessRules): boolean {
  const localAddress = request.socket.localAddress?.replace(/^::ffff:(?=\d+\.)/, '') ?? '';
  return (
    allowedHosts.has(name) ||
    (isLoopback(name) && isLoopback(localAddress)) ||
    // The address itself cannot be another's name.
    name === localAddress ||
    // A key is needed then, and no page has it.
    (!isLocal && allowedHosts.size === 0)
  );
}

function isFromAnotherPage({ headers }: IncomingMessage, host: string): boolean {
  const { origin } = headers;
  if (origin !== undefined && !isSameHost(origin, host)) return true;
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  // Whoever follows a link to the dashboard comes from another site, too.
  return !(headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document');
}

/** Whether an origin is that of a page of this server: a proxy in front may have taken off the TLS, so the scheme does not count. */
function isSameHost(origin: string, host: string): boolean {
  if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false;
  const { protocol, host: originHost } = new URL(origin);
  return new URL(`${protocol}//${host}`).host === originHost;
}
