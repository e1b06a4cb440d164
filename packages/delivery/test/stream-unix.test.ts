import { spawn } from 'node:child_process';
import { chmod, readdir, stat, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createUnixSink } from '../src/stream/unix-sink.ts';
import { openSink, temporaryFolder, testDoor } from './stream-bed.ts';
import { joinPeer } from './stream-peer.ts';

describe('createUnixSink', () => {
  it.each([
    [{ name: 's' }, /path/],
    [{ path: '/x' }, /name/],
    [{ name: 's', path: '' }, /path/],
    [{ name: 's', path: '/x', port: 1 }, /no option 'port'/],
  ])('refuses the options %j', (options, message) => {
    expect(() => createUnixSink(options as never)).toThrow(message);
  });

  it('makes a socket of mode 0600 and nothing beside it, and removes it at the end', async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o777);
    const bed = await openSink('unix', { path: join(folder, 'events.sock') });
    const found = await stat(join(folder, 'events.sock'));
    expect([found.isSocket(), found.mode & 0o777]).toEqual([true, 0o600]);
    expect(await readdir(folder)).toEqual(['events.sock']);
    await bed.sink.close();
    expect(await readdir(folder)).toEqual([]);
  });

  it('replaces the socket of a process that died', async () => {
    const path = join(await temporaryFolder(), 'events.sock');
    const program = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', program]), 'exit');
    expect((await stat(path)).isSocket()).toBe(true);
    await joinPeer((await openSink('unix', { path })).url);
  });

  it('leaves a socket alone on which somebody answers', async () => {
    const bed = await openSink('unix');
    const path = bed.url.slice(5);
    const second = createUnixSink({ name: 's', path });
    onTestFinished(() => second.close());
    await expect(second.open(testDoor())).rejects.toThrow(/another process listens/);
    await second.close();
    await joinPeer(bed.url);
    await bed.sink.close();
    await second.open(testDoor());
    await joinPeer(bed.url);
  });

  it('leaves a file alone that is no socket', async () => {
    const path = join(await temporaryFolder(), 'events.sock');
    await writeFile(path, 'precious');
    const sink = createUnixSink({ name: 's', path });
    await expect(sink.open(testDoor())).rejects.toThrow(/not a socket/);
    await sink.close();
    expect((await stat(path)).size).toBe(8);
  });

  it('does not remove the socket of its successor', async () => {
    const first = await openSink('unix');
    const path = first.url.slice(5);
    const { rm } = await import('node:fs/promises');
    await rm(path);
    const second = await openSink('unix', { path });
    await first.sink.close();
    await joinPeer(second.url);
  });
});
