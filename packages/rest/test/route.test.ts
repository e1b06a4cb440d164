import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBaseUrl } from '../src/http/base-url.ts';
import { displayRoute, parseRoute } from '../src/routes/route.ts';

const servers = [parseBaseUrl('a', 'http://127.0.0.1:8000/proxy'), parseBaseUrl('b', 'https://discord.com/api')];

describe('a route', () => {
  it.each([
    ['/gateway/bot', undefined],
    ['gateway/bot', undefined],
    ['/v10/gateway/bot', '10'],
    ['v9/gateway/bot', '9'],
    ['/api/v10/gateway/bot', '10'],
    ['/api/gateway/bot', undefined],
    ['https://discord.com/api/v9/gateway/bot', '9'],
    ['http://127.0.0.1:8000/proxy/v10/gateway/bot', '10'],
  ])('%s is /gateway/bot of version %s', (route, version) => {
    expect(parseRoute(route, servers)).toEqual({ version, path: '/gateway/bot', query: '' });
  });

  it('keeps its query byte for byte', () => {
    expect(parseRoute('/guilds/1/members?limit=5&after=%41%2f', servers).query).toBe('?limit=5&after=%41%2f');
  });

  it.each([
    'https://evil.example/api/v10/gateway/bot',
    'https://discord.com.evil.example/api',
    'https://discord.com@evil.example/api/x',
    'http://discord.com/api/x',
    'https://discord.com:444/api/x',
    '//evil.example/x',
    '/\\evil.example/x',
    'ftp://discord.com/x',
  ])('%s names a foreign server and is refused', (route) => {
    expect(() => parseRoute(route, servers)).toThrow(TypeError);
  });

  it.each(['', undefined, null, 5, {}, '/channels/1/messages/2/reactions/#'])('%j is refused', (route) => {
    expect(() => parseRoute(route, servers)).toThrow(TypeError);
  });

  it('never leaves the server, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.webPath(),
        fc.string(),
        fc.constantFrom('', '/', '//', '/\\', '../', '/v10/'),
        (path, text, start) => {
          let parsed;
          try {
            parsed = parseRoute(start + path + text, servers);
          } catch (error) {
            expect(error).toBeInstanceOf(TypeError);
            return;
          }
          const target = new URL(`http://own.example/base/v10${parsed.path}${parsed.query}`);
          expect(target.host).toBe('own.example');
          expect(target.pathname.startsWith('/base/v10/')).toBe(true);
        },
      ),
    );
  });

  it.each([
    ['/webhooks/1/topsecret/messages/2', '/webhooks/1/:token/messages/2'],
    ['/interactions/1/topsecret/callback?x=1', '/interactions/1/:token/callback'],
    ['/webhooks/1', '/webhooks/1'],
    ['/channels/1/webhooks', '/channels/1/webhooks'],
  ])('%s is printed as %s', (path, shown) => {
    expect(displayRoute(path)).toBe(shown);
  });
});

describe('a configured address', () => {
  it.each([
    ['http://localhost:8000', '', undefined],
    ['http://localhost:8000/', '', undefined],
    ['http://localhost:8000/api/v10/', '/api', '10'],
    ['http://localhost:8000/v9', '', '9'],
  ])('%s has the path "%s" and version %s', (url, path, version) => {
    expect(parseBaseUrl('customUrl', url)).toEqual({ origin: 'http://localhost:8000', path, version });
  });

  it.each(['ftp://x', 'localhost:8000', 'file:///etc/passwd', 'http://u:p@h', 'http://h/?q=1', 'http://h/#f', 5])(
    '%j is refused by name',
    (url) => {
      expect(() => parseBaseUrl('customUrl', url)).toThrow(/customUrl/);
    },
  );

  it.each(['http://169.254.169.254', 'http://2852039166', 'http://[fe80::1]', 'http://[::ffff:169.254.169.254]'])(
    '%s is link-local and refused',
    (url) => {
      expect(() => parseBaseUrl('customUrl', url)).toThrow(RangeError);
    },
  );
});
