import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, createSelfSigned, type Certificate } from '../beds/certificate.ts';
import { startNode, type ChildProcess } from '../docs/child-process.ts';

const CHILD = new URL('gateway-child.mjs', import.meta.url).pathname;

/** The one whom the child process trusts, as it trusts the authorities of its system. */
const trusted = createAuthority('Trusted by the child');
const stranger = createAuthority('Trusted by nobody');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shardgate-tls-'));
  await writeFile(join(folder, 'ca.pem'), trusted.cert);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Attempt {
  readonly child: ChildProcess;
  /** What was said inside a TLS connection, which is where a token could be. */
  readonly heard: () => number;
  end(): Promise<void>;
}

/** A gateway that dials a server with this certificate by the name `localhost`. */
async function dial(certificate: Certificate, env: Readonly<Record<string, string>> = {}): Promise<Attempt> {
  let heard = 0;
  const server = createServer({ cert: certificate.cert, key: certificate.key });
  server.on('secureConnection', (socket) => {
    socket.on('data', (data: Buffer) => {
      heard += data.length;
    });
  });
  server.on('tlsClientError', () => {});
  server.on('upgrade', (_request, socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `wss://localhost:${(server.address() as AddressInfo).port}`;
  const options = { token: 'canary.token.value', urlWSS: url, maxShards: 1, sessionStartLimitRemaining: 1_000 };
  const child = startNode([CHILD, JSON.stringify(options)], { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'), ...env });
  return {
    child,
    heard: () => heard,
    async end() {
      await child.stop();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

describe('N4 TLS that is not right', () => {
  it.each([
    ['self-signed', () => createSelfSigned({ host: 'localhost' }), /self.signed certificate/],
    ['expired', () => trusted.issue({ host: 'localhost', lastDay: -1 }), /certificate has expired/],
    ['of another host', () => trusted.issue({ host: 'gateway.example' }), /does not match certificate's altnames/],
    [
      'of an authority nobody trusts',
      () => stranger.issue({ host: 'localhost' }),
      /unable to verify the first certificate/,
    ],
  ])(
    'N4 a certificate that is %s ends the connection before anything is said; it is dialled again with back-off, and the reason is told',
    async (_what, certificate, reason) => {
      const attempt = await dial(certificate());
      const [line] = await attempt.child.printed(/^.*"shardDisconnected".*\n(?:.*\n)*.*"shardDisconnected".*$/m);
      expect(line).toMatch(reason);
      expect(line.match(/"shardConnecting"/g)?.length, 'one dial for each failure').toBe(1);
      expect(attempt.heard()).toBe(0);
      expect(attempt.child.output()).not.toContain('canary');
      expect(attempt.child.output()).not.toContain('shardHello');
      await attempt.end();
    },
  );

  it('N4 the same server with the right certificate is spoken to, so the others failed for what they are', async () => {
    const attempt = await dial(trusted.issue({ host: 'localhost' }));
    await attempt.child.printed(/"shardDisconnected"/);
    expect(attempt.heard()).toBeGreaterThan(100);
    expect(attempt.child.output()).not.toMatch(/certificate/);
    await attempt.end();
  });
});
