import { createHmac } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { systemClock } from '@shardgate/gateway';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAuthority } from '../../../test/beds/certificate.ts';
import { createHttpSink } from '../src/http/http-sink.ts';
import { signatureHeaders } from '../src/http/signature.ts';
import { batchOf, event, failureOf, opened, startPeer } from './http-bed.ts';

const url = 'http://127.0.0.1:1';

describe('options', () => {
  it.each([
    [{ url }, "createHttpSink: option 'name' is missing: expected a text"],
    [{ name: 'a' }, 'expected either url or urls'],
    [{ name: 'a', url, urls: [url] }, 'expected either url or urls'],
    [{ name: 'a', urls: [] }, "option 'urls' is not shown: expected 1 entries or more"],
    [
      { name: 'a', urls: [url, 'ftp://x'] },
      "option 'urls.1' is not shown: expected an http:// or https:// address, got the scheme 'ftp:'",
    ],
    [
      { name: 'a', url: 'http://user:pass@h/' },
      "option 'url' is not shown: expected an address without user name and password",
    ],
    [{ name: 'a', url: 'http://169.254.169.254/' }, 'link-local'],
    [{ name: 'a', url, format: 'ndjson' }, "option 'format' is 'ndjson': expected 'event' or 'batch'"],
    [{ name: 'a', url, timeoutMs: 0 }, "option 'timeoutMs' is 0: expected a whole number from 1 to 600000 ms"],
    [{ name: 'a', url, format: 'batch', gaps: true }, "gaps is for format 'event'"],
    [{ name: 'a', url, tls: { rejectUnauthorized: false } }, "has no option 'tls.rejectUnauthorized'"],
  ])('%o is told: %s', (options, message) => {
    expect(() => createHttpSink(options as never)).toThrow(message);
  });

  it('a mistyped key is named and not shown, and neither are keys of wrong shape', () => {
    expect(() => createHttpSink({ name: 'a', url, secretkey: 'hidden' } as never)).toThrow(
      expect.objectContaining({ message: "createHttpSink has no option 'secretkey'; did you mean 'secretKey'?" }),
    );
    for (const secretKey of ['hidden\r\nx', 'hidden é', ['hidden']]) {
      const message = expect.not.stringContaining('hidden');
      expect(() => createHttpSink({ name: 'a', url, secretKey } as never)).toThrow(
        expect.objectContaining({ message }),
      );
    }
  });

  it('the sink shows no key, however it is printed', async () => {
    const sink = createHttpSink({ name: 'a', url, secretKey: 'planted-1', signingKey: 'planted-2' });
    expect(inspect(sink, { depth: 9, showHidden: true }) + JSON.stringify(sink)).not.toContain('planted');
  });

  it('warns of a key that goes over the network in the clear', async () => {
    const { door } = await opened(createHttpSink({ name: 'a', url: 'http://bot.example:8081', secretKey: 'k' }));
    expect(door.reports).toEqual([expect.stringMatching(/^warn: http:\/\/bot\.example:8081 is reached without TLS/)]);
  });
});

describe('signatures', () => {
  it('are the HMAC-SHA-256 of time, full stop and body', () => {
    // Computed apart with: printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac key
    expect(signatureHeaders('key', Buffer.from('{"a":1}'), 1_700_000_000_999)).toEqual({
      'shardgate-timestamp': '1700000000',
      'shardgate-signature': 'v1=a438e398bfafc57e4396bb7fc2304422f0f768e965d073ca313cb52e22e6ad03',
    });
  });

  it.each(['event', 'batch'] as const)('go with every request of format %s', async (format) => {
    const peer = await startPeer();
    const clock = { ...systemClock, wallTime: () => 1_800_000_000_500 };
    const { sink } = await opened(createHttpSink({ name: 'a', url: peer.url, signingKey: 's', format, clock }));
    await sink.deliver(batchOf([event(1)]));
    const { headers, body } = peer.seen[0]!;
    const digest = createHmac('sha256', 's').update(`1800000000.${body.toString()}`).digest('hex');
    expect(headers).toMatchObject({ 'shardgate-timestamp': '1800000000', 'shardgate-signature': `v1=${digest}` });
  });
});

it('https: a certificate nobody vouches for is refused, one of the given authority is accepted', async () => {
  const authority = createAuthority('a test authority');
  const server = createServer(authority.issue({ host: 'localhost' }), (_, response) => response.writeHead(204).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => server.close().closeAllConnections());
  const address = `https://localhost:${(server.address() as AddressInfo).port}`;
  const strict = await opened(createHttpSink({ name: 'a', url: address }));
  expect((await failureOf(strict.sink.deliver(batchOf([event(1)])))).message).toMatch(/certificate/);
  const knowing = await opened(createHttpSink({ name: 'b', url: address, tls: { ca: authority.cert } }));
  await knowing.sink.deliver(batchOf([event(1)]));
});
