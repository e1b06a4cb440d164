import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { KEY, openAdminBed } from './admin-bed.ts';

let folder: string;

beforeAll(() => {
  const outside = mkdtempSync(join(tmpdir(), 'shardgate-admin-'));
  folder = join(outside, 'dashboard');
  mkdirSync(join(folder, 'parts'), { recursive: true });
  writeFileSync(join(outside, 'secret.txt'), 'not for you');
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Shardgate</title>');
  writeFileSync(join(folder, 'main-ABCD1234.js'), 'void 0;');
  writeFileSync(join(folder, 'parts', 'icon-deadbeef.svg'), '<svg/>');
  writeFileSync(join(folder, 'plain.css'), 'body{}');
  writeFileSync(join(folder, 'main.js.map'), '{}');
});

afterAll(() => rmSync(join(folder, '..'), { recursive: true }));

describe('the dashboard', () => {
  it('is served from the folder, as it was at the start', async () => {
    const { ask } = await openAdminBed({ dashboardFolder: folder });
    writeFileSync(join(folder, 'late.css'), 'body{}');
    const replies = await Promise.all(
      ['/', '/main-ABCD1234.js', '/parts/icon-deadbeef.svg', '/plain.css', '/main.js.map', '/late.css'].map((path) =>
        ask(path),
      ),
    );
    expect(replies.map(({ status, headers }) => [status, headers['content-type'], headers['cache-control']])).toEqual([
      [200, 'text/html; charset=utf-8', 'no-store'],
      [200, 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
      [200, 'image/svg+xml', 'public, max-age=31536000, immutable'],
      [200, 'text/css; charset=utf-8', 'no-store'],
      [404, expect.stringContaining('json'), 'no-store'],
      [404, expect.stringContaining('json'), 'no-store'],
    ]);
    expect(replies[0]?.text).toContain('<title>Shardgate</title>');
  });

  it('may load from this server only, and may not be framed', async () => {
    const { ask } = await openAdminBed({ dashboardFolder: folder });
    const { headers } = await ask('/');
    const policy = String(headers['content-security-policy']);
    for (const part of ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"]) {
      expect(policy.split('; ')).toContain(part);
    }
    expect(policy).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('is shown before the key is known, which its data is not', async () => {
    const { ask } = await openAdminBed({ dashboardFolder: folder, secretKey: KEY });
    expect((await ask('/')).status).toBe(200);
    expect((await ask('/main-ABCD1234.js')).status).toBe(200);
    expect((await ask('/api/overview')).status).toBe(401);
    expect((await ask('/', { headers: { host: 'evil.example' } })).status).toBe(421);
  });

  it.each(['/../secret.txt', '/%2e%2e/secret.txt', '/parts/..%2f..%2f..%2fsecret.txt', '/parts', '/index.html/..'])(
    '%s is not in it',
    async (path) => {
      const { ask } = await openAdminBed({ dashboardFolder: folder });
      const reply = await ask(path);
      expect([reply.status, reply.text]).toEqual([404, expect.not.stringContaining('not for you')]);
    },
  );

  it('has to be there when it is asked for', async () => {
    await expect(openAdminBed({ dashboardFolder: join(folder, 'nowhere') })).rejects.toThrow(/cannot be read/);
    await expect(openAdminBed({ dashboardFolder: join(folder, 'parts') })).rejects.toThrow(/no index.html/);
  });
});
