import { describe, expect, it } from 'vitest';
import type { CommandPort } from '../src/stream/command-port.ts';
import { openSink, TRANSPORTS } from './stream-bed.ts';
import { joinPeer } from './stream-peer.ts';

describe.each(TRANSPORTS)('commands of a client of a stream sink over %s', (transport) => {
  it('are answered with their id, parts of the answer first', async () => {
    const seen: unknown[] = [];
    const commands: CommandPort = {
      async execute(client, command, onChunk) {
        seen.push([client, command]);
        onChunk({ members: [1] });
        await Promise.resolve();
        onChunk({ members: [2] });
        return { chunks: 2 };
      },
    };
    const bed = await openSink(transport, { commands });
    const peer = await joinPeer(bed.url);
    peer.send({ op: 'command', id: 'a', command: { type: 'requestMembers', guildId: '1' } });
    expect(await peer.next('chunk')).toEqual({ op: 'chunk', id: 'a', payload: { members: [1] } });
    expect(await peer.next('chunk')).toEqual({ op: 'chunk', id: 'a', payload: { members: [2] } });
    expect(await peer.next('reply')).toEqual({ op: 'reply', id: 'a', ok: true, result: { chunks: 2 } });
    expect(seen).toEqual([
      [
        { name: 'bot-1', id: expect.stringMatching(/^stream#\d+$/) },
        { type: 'requestMembers', guildId: '1' },
      ],
    ]);
  });

  it('fail with the code of their error, and say nothing of errors that have none', async () => {
    const errors: Record<string, unknown> = {
      a: Object.assign(new Error('slow down'), { code: 'rateLimited', retryAfterMs: 500 }),
      b: new Error('secret-path'),
      c: Object.assign(new Error('secret-path'), { code: 'ECONNREFUSED' }),
      d: 'secret-path',
    };
    const execute = (_client: unknown, command: unknown): Promise<unknown> => {
      throw errors[(command as { which: string }).which];
    };
    const bed = await openSink(transport, { commands: { execute } });
    const peer = await joinPeer(bed.url);
    for (const id of Object.keys(errors)) peer.send({ op: 'command', id, command: { which: id } });
    expect(await peer.next('reply')).toEqual({
      op: 'reply',
      id: 'a',
      ok: false,
      error: { code: 'rateLimited', message: 'slow down', retryAfterMs: 500 },
    });
    const failed = { ok: false, error: { code: 'internal', message: 'the command failed' } };
    for (const id of ['b', 'c', 'd']) expect(await peer.next('reply')).toEqual({ op: 'reply', id, ...failed });
  });

  it('are answered even when the result is no JSON', async () => {
    const bed = await openSink(transport, { commands: { execute: () => Promise.resolve(1n) } });
    const peer = await joinPeer(bed.url);
    peer.send({ op: 'command', id: 'a', command: {} });
    expect(await peer.next('reply')).toMatchObject({ id: 'a', ok: false, error: { code: 'internal' } });
  });

  it('are refused where there is no port, when too many wait, and when an id is used twice', async () => {
    const without = await joinPeer((await openSink(transport)).url);
    without.send({ op: 'command', id: 'a', command: {} });
    expect(await without.next('reply')).toMatchObject({ id: 'a', ok: false, error: { code: 'noCommands' } });

    let finish: (value: unknown) => void = () => {};
    const execute = (): Promise<unknown> => new Promise((resolve) => (finish = resolve));
    const peer = await joinPeer((await openSink(transport, { commands: { execute }, maxCommands: 1 })).url);
    for (const id of ['a', 'a', 'b']) peer.send({ op: 'command', id, command: {} });
    expect(await peer.next('reply')).toMatchObject({ id: 'a', error: { code: 'duplicateId' } });
    expect(await peer.next('reply')).toMatchObject({ id: 'b', error: { code: 'queueFull' } });
    // Who says bye still gets the answer.
    peer.send({ op: 'bye' });
    peer.send({ op: 'ping', n: 1 });
    await peer.next('pong');
    finish(7);
    expect(await peer.next('reply')).toEqual({ op: 'reply', id: 'a', ok: true, result: 7 });
    expect((await peer.closed).error).toBeUndefined();
  });

  it('learn from a throwing onChunk that their client is gone', async () => {
    let push: (payload: unknown) => void = () => {};
    let begun: () => void = () => {};
    const hasBegun = new Promise<void>((resolve) => (begun = resolve));
    const execute = (_client: unknown, _command: unknown, onChunk: (payload: unknown) => void): Promise<unknown> => {
      push = onChunk;
      begun();
      return new Promise(() => {});
    };
    const bed = await openSink(transport, { commands: { execute } });
    const peer = await joinPeer(bed.url);
    peer.send({ op: 'command', id: 'a', command: {} });
    await hasBegun;
    push(1);
    expect(await peer.next('chunk')).toMatchObject({ payload: 1 });
    peer.cut();
    await expect.poll(() => bed.sink.status().clients).toEqual([]);
    expect(() => push(2)).toThrow('gone');
  });

  it('end the connection of a client that does not read the answers', async () => {
    const execute = (): Promise<unknown> => Promise.resolve('x'.repeat(500_000));
    const bed = await openSink(transport, {
      commands: { execute },
      window: { bytes: 100_000 },
      maxReplyBytes: 1_000_000,
    });
    const peer = await joinPeer(bed.url);
    peer.pause();
    for (let id = 0; id < 60; id++) peer.send({ op: 'command', id: String(id), command: {} });
    await expect.poll(() => bed.sink.status().ended).toEqual({ notReading: 1 });
  });
});
