import { connect } from 'node:net';
import { systemClock } from '@shardgate/gateway';
import { describe, expect, it } from 'vitest';
import { head, KEY, post, raw, start } from './command-server-bed.ts';

describe('limits', () => {
  it('C10 a body of 1 MB, told or not, is 413', async () => {
    const { url, port, seen } = await start();
    expect((await post(`${url}/commands`, 'x'.repeat(1_000_000))).status).toBe(413);
    const parts = `40000\r\n${'x'.repeat(0x40000)}\r\n1\r\nx\r\n0\r\n\r\n`;
    const chunked = { authorization: KEY, 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    expect(await raw(port, head(chunked) + parts)).toMatch(/^HTTP\/1\.1 413 /);
    expect(seen).toEqual([]);
  });

  it('C10 JSON of a hundred thousand levels harms nobody', async () => {
    const { url } = await start();
    expect((await post(`${url}/commands`, '['.repeat(100_000) + ']'.repeat(100_000))).status).toBe(200);
    expect((await post(`${url}/commands`, '{"a":'.repeat(40_000))).status).toBe(400);
    expect((await post(`${url}/commands`, {})).status).toBe(200);
  });

  it('headers that are too large, or a body that is never sent, end the connection', async () => {
    const { port } = await start(undefined, { requestTimeoutMs: 100 });
    expect(await raw(port, head({ 'x-large': 'x'.repeat(9_000) }))).toMatch(/^HTTP\/1\.1 431 /);
    const waits = head({ authorization: KEY, 'content-type': 'application/json', 'content-length': '10' });
    expect(await raw(port, waits)).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
    expect(await raw(port, 'POST / HTTP/1.1\r\nhost: 127')).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('a client that leaves takes its requests with it, also those behind another', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const { url, port, seen } = await start(() => held, { maxRequests: 3 });
    const request =
      head({
        authorization: KEY,
        'content-type': 'application/json',
        'content-length': '2',
        connection: 'keep-alive',
      }) + '{}';
    for (let round = 1; round <= 3; round += 1) {
      const socket = connect(port, '127.0.0.1', () => socket.write(request.repeat(3)));
      await expect.poll(() => seen.length).toBe(3 * round);
      expect(await post(`${url}/commands`, {}, { origin: 'x' })).toMatchObject({ status: 503 });
      socket.destroy();
      await expect.poll(async () => (await post(`${url}/commands`, {}, { origin: 'x' })).status).toBe(403);
    }
    release();
    for (let round = 0; round < 5; round += 1) expect((await post(`${url}/commands`, {})).status).toBe(200);
  });

  it('a client that does not read its answer is let go of', async () => {
    const replyTimers: (() => void)[] = [];
    const clock = {
      ...systemClock,
      setTimer: (callback: () => void, ms: number) =>
        ms === 60_000 ? replyTimers.push(callback) : systemClock.setTimer(callback, ms),
    };
    const run = ({ size = 20_000_000 }: { size?: number }, onChunk: (payload: unknown) => void): void =>
      onChunk('x'.repeat(size));
    const { url, port, seen } = await start(run, { clock, maxBufferedBytes: 20_000_050 });
    const all = { authorization: KEY, 'content-type': 'application/json', 'content-length': '2' };
    const socket = connect(port, '127.0.0.1', () => socket.pause().write(head(all) + '{}'));
    await expect.poll(() => seen.length).toBe(1);
    expect((await post(`${url}/commands`, { size: 100 })).status).toBe(413);
    replyTimers[0]?.();
    await expect.poll(async () => (await post(`${url}/commands`, { size: 100 })).status).toBe(200);
    socket.destroy();
  });

  it('stop waits for an answer under way, cuts it off after its time, and starts once', async () => {
    const { url, server, seen } = await start(() => new Promise(() => {}), { stopTimeoutMs: 50 });
    const cut = post(`${url}/commands`, {}).catch(() => 'cut');
    await expect(server.start()).rejects.toThrow('once');
    await expect.poll(() => seen.length).toBe(1);
    await Promise.all([server.stop(), server.stop()]);
    expect(await cut).toBe('cut');
    await expect(post(`${url}/commands`, {})).rejects.toThrow('fetch failed');
  });

  it('a port that is taken is an error that names it', async () => {
    const { port } = await start();
    await expect(start(undefined, { port })).rejects.toThrow(`127.0.0.1:${port} cannot be listened on`);
  });
});
