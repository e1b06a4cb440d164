import { createServer, type AddressInfo } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import dns from 'node:dns';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../beds/tcp-proxy.ts';
import { activityOf, dials, expectNothingLost } from './outcome.ts';
import { createRealBed, type RealBed } from './real-bed.ts';

let bed: RealBed | undefined;
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  await bed?.end();
  bed = undefined;
  for (const close of closers.splice(0)) await close();
});

/** A bed whose connections to the resume URL and to the main URL go through one proxy. */
async function proxied(): Promise<{ bed: RealBed; proxy: TcpProxy }> {
  let proxy: TcpProxy | undefined;
  const made = await createRealBed({}, async (listening, simulator) => {
    proxy = await startTcpProxy(Number(new URL(listening.gatewayUrl).port));
    simulator.addresses.main = `ws://127.0.0.1:${proxy.port}`;
    simulator.addresses.resume = simulator.addresses.main;
    return {};
  });
  bed = made;
  if (proxy === undefined) throw new Error('no proxy');
  closers.push(proxy.close);
  return { bed: made, proxy };
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('network faults, on real sockets', () => {
  // HELLO is past; 0 to 3 is inside the frame header, the others inside zlib data.
  it.each([
    ['N1', 'reset', [0, 1, 2, 3, 4, 5, 11, 47]],
    ['N11', 'end', [1, 2, 3, 4, 5, 11, 47]],
  ] as const)(
    '%s a connection that ends (%s) at any byte of a frame is resumed, no half event is delivered and none lost',
    async (_row, how, offsets) => {
      const { bed, proxy } = await proxied();
      await bed.ready();
      for (const [index, offset] of offsets.entries()) {
        proxy.cutAfter(offset, how);
        bed.simulator.emit({ t: 'MESSAGE_CREATE' });
        await bed.until(`resumed after byte ${offset}`, () => bed.toldOf('resumed').length === index + 1);
        await bed.caughtUp();
      }
      expect(bed.identifies()).toBe(1);
      expect(bed.resumes()).toBe(offsets.length);
      expect(new Set(bed.toldOf('shardDisconnected').map(({ cause }) => cause))).toEqual(
        new Set(['closed by Discord with 1006']),
      );
      expectNothingLost(bed);
    },
  );

  it('N2 a peer that says nothing any more is given up within two intervals and resumed', async () => {
    const { bed, proxy } = await proxied();
    await bed.ready();
    proxy.silenceServer();
    const silentAt = performance.now();
    bed.simulator.emit({ t: 'MESSAGE_CREATE' });
    await bed.until('the zombie is found', () => bed.toldOf('shardDisconnected').length === 1);
    expect(bed.toldOf('shardDisconnected')[0]?.cause).toBe('no sign of life');
    expect(performance.now() - silentAt).toBeLessThan(2_300);
    await bed.caughtUp();
    expect([bed.identifies(), bed.resumes()]).toEqual([1, 1]);
    expectNothingLost(bed);
  });

  it('N2 a connection that is dead both ways is given up without waiting for its close handshake', async () => {
    bed = await createRealBed();
    await bed.ready();
    bed.simulator.fault({ kind: 'half-open' });
    await bed.until('resumed', () => bed?.toldOf('resumed').length === 1);
    expect(bed.identifies()).toBe(1);
    await bed.caughtUp();
    expectNothingLost(bed);
  });

  it.each([
    [
      'a name that does not exist',
      async () => ({ url: 'wss://gateway.shardgate.invalid', cause: /ENOTFOUND|EAI_AGAIN/ }),
    ],
    ['a port nobody listens on', async () => ({ url: `ws://127.0.0.1:${await closedPort()}`, cause: /ECONNREFUSED/ })],
  ])('N3 a resume URL that is %s is tried twice; the session is then resumed on the main URL', async (_what, dead) => {
    const { url, cause } = await dead();
    bed = await createRealBed({}, (_listening, simulator) => {
      simulator.addresses.resume = url;
      return { trustedGatewayHosts: ['gateway.shardgate.invalid'] };
    });
    await bed.ready();
    bed.simulator.fault({ kind: 'drop' });
    await bed.until('resumed', () => bed?.toldOf('resumed').length === 1, 10_000);
    const causes = bed.toldOf('shardDisconnected').map((told) => told.cause);
    expect(causes.slice(1)).toEqual([expect.stringMatching(cause), expect.stringMatching(cause)]);
    expect(bed.toldOf('shardConnecting').map(({ target }) => target)).toEqual(['main', 'resume', 'resume', 'main']);
    expect([bed.identifies(), bed.resumes(), bed.toldOf('gap').length]).toEqual([1, 1, 0]);
    expectNothingLost(bed);
  });

  it.each([401, 403, 404, 429, 500, 502, 503])(
    'N5 HTTP %i on the upgrade backs off, keeps the session and identifies nothing',
    async (status) => {
      bed = await createRealBed();
      await bed.ready();
      bed.simulator.fault({ kind: 'upgrade-status', status, times: 3 });
      bed.simulator.fault({ kind: 'drop' });
      await bed.until('resumed', () => bed?.toldOf('resumed').length === 1);
      expect(
        bed
          .toldOf('shardDisconnected')
          .map(({ cause }) => cause)
          .slice(1),
      ).toEqual(Array.from({ length: 3 }, () => expect.stringContaining(`HTTP ${status}`) as unknown));
      expect([bed.identifies(), bed.resumes(), bed.toldOf('shardFatal').length]).toEqual([1, 1, 0]);
      expect(dials(bed.simulator)).toBe(5);
      await bed.caughtUp();
      expectNothingLost(bed);
    },
  );

  it('N5 Retry-After is kept to', async () => {
    bed = await createRealBed();
    await bed.ready();
    bed.simulator.fault({ kind: 'upgrade-status', status: 429, retryAfterMs: 1_000, times: 1 });
    bed.simulator.fault({ kind: 'drop' });
    await bed.until('resumed', () => bed?.toldOf('resumed').length === 1);
    const [refused] = activityOf(bed.simulator, 'refused-connect');
    expect((activityOf(bed.simulator, 'connect').at(-1)?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(950);
    expect(bed.identifies()).toBe(1);
  });

  it.each([301, 302, 307, 308])('N5 a redirect (%i) is not followed: the other host hears nothing', async (status) => {
    let visits = 0;
    const elsewhere = createServer((socket) => {
      visits += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const target = `ws://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/?token=`;
    let redirected = 0;
    const redirector = createHttpServer();
    redirector.on('upgrade', (_request, socket) => {
      redirected += 1;
      socket.end(`HTTP/1.1 ${status} Moved\r\nLocation: ${target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    });
    await new Promise<void>((resolve) => redirector.listen(0, '127.0.0.1', resolve));
    closers.push(
      () => new Promise((resolve) => elsewhere.close(resolve)),
      () => new Promise((resolve) => redirector.close(resolve)),
    );
    bed = await createRealBed({}, (_listening, simulator) => {
      simulator.addresses.resume = `ws://127.0.0.1:${(redirector.address() as AddressInfo).port}`;
      return {};
    });
    await bed.ready();
    bed.simulator.fault({ kind: 'drop' });
    await bed.until('resumed on the main URL', () => bed?.toldOf('resumed').length === 1);
    expect([redirected, visits]).toEqual([2, 0]);
    expect(bed.identifies()).toBe(1);
  });

  it('N10 a host whose first address refuses or swallows is reached by its next one within a second', async () => {
    const original = dns.lookup;
    // The simulator listens on 127.0.0.1 only; 192.0.2.1 is for documentation and reaches nobody.
    const addresses = [
      { address: '::1', family: 6 },
      { address: '192.0.2.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    vi.spyOn(dns, 'lookup').mockImplementation(((
      host: string,
      options: { all?: boolean },
      callback: (...args: unknown[]) => void,
    ) => {
      if (host !== 'dual.shardgate.test') return (original as (...args: unknown[]) => void)(host, options, callback);
      if (options.all === true) return callback(null, addresses);
      return callback(null, addresses[0]?.address, addresses[0]?.family);
    }) as never);
    bed = await createRealBed({}, (listening) => ({
      urlWSS: `ws://dual.shardgate.test:${new URL(listening.gatewayUrl).port}`,
    }));
    const from = performance.now();
    await bed.ready();
    expect(performance.now() - from).toBeLessThan(2_000);
    expect(bed.toldOf('shardDisconnected')).toEqual([]);
    expect(bed.identifies()).toBe(1);
  });

  it('N10 a server that accepts and says nothing is given up after the connect timeout', async () => {
    bed = await createRealBed({}, () => ({ timings: { connectTimeoutMs: 300 } }));
    await bed.ready();
    bed.simulator.fault({ kind: 'black-hole', times: 2 });
    bed.simulator.fault({ kind: 'drop' });
    const from = performance.now();
    await bed.until('resumed', () => bed?.toldOf('resumed').length === 1);
    expect(performance.now() - from).toBeGreaterThan(600);
    expect(
      bed
        .toldOf('shardDisconnected')
        .map(({ cause }) => cause)
        .slice(1),
    ).toEqual(['connect timed out', 'connect timed out']);
    expect(bed.identifies()).toBe(1);
    await bed.caughtUp();
    expectNothingLost(bed);
  });
});
