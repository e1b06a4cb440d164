import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { PassThrough, Writable } from 'node:stream';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createStdioSink } from '../src/stdio/stdio-sink.ts';
import { batchOf, event, events, failureOf, gap, opened, until } from './http-bed.ts';

interface Told {
  readonly acknowledged?: number;
  readonly failed?: number;
  readonly ready?: boolean;
  readonly level?: string;
  readonly message?: string;
  readonly lateMs?: number;
  readonly arrayBuffers?: number;
}

/** A process with a stdio sink; its stdout is a real pipe. Runs the built files, as every test that starts processes. */
function startGateway(count: number, size: number): { stdout: Readable; told: Told[]; kill(): void } {
  const script = new URL('./stdio-child.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, String(count), String(size)], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  const told: Told[] = [];
  createInterface({ input: child.stdio[3] as Readable }).on('line', (line) => told.push(JSON.parse(line) as Told));
  onTestFinished(() => void child.kill('SIGKILL'));
  return { stdout: child.stdout!, told, kill: () => void child.kill('SIGTERM') };
}

describe('a program at the other end of a pipe', () => {
  it('gets every event as a line, in order', async () => {
    const gateway = startGateway(200, 3_000);
    const lines: string[] = [];
    createInterface({ input: gateway.stdout }).on('line', (line) => lines.push(line));
    await until('all lines are there', () => lines.length === 200);
    const records = lines.map((line) => JSON.parse(line) as { id: string; offset: number; data: { s: number } });
    expect(records.map(({ data }) => data.s)).toEqual(events(1, 200).map(({ seq }) => seq));
    expect(records[0]).toMatchObject({ id: '0/2:abc:1', offset: 1 });
    await until('all are acknowledged', () => gateway.told.filter(({ acknowledged }) => acknowledged).length === 200);
  });

  it('that does not read holds events back, and neither stops the process nor fills its memory', async () => {
    const gateway = startGateway(1_000, 50_000);
    gateway.stdout.pause();
    await until('time has passed', () => gateway.told.filter(({ lateMs }) => lateMs).length > 10);
    const acknowledged = gateway.told.filter((line) => line.acknowledged !== undefined).length;
    expect(acknowledged).toBeLessThan(20);
    const last = gateway.told.findLast(({ lateMs }) => lateMs !== undefined);
    expect(last?.lateMs).toBeLessThan(1_000);
    gateway.stdout.resume();
    await until('it goes on', () => gateway.told.some((line) => line.acknowledged === 1_000), 20_000);
  });

  it('that goes away is reported, and the process lives on', async () => {
    const gateway = startGateway(1_000, 50_000);
    gateway.stdout.once('data', () => gateway.stdout.destroy());
    await until('it is noticed', () => gateway.told.some(({ level }) => level === 'error'));
    expect(gateway.told.find(({ level }) => level === 'error')?.message).toMatch(/the output is closed.*EPIPE/);
    await until('all others fail', () => gateway.told.some(({ failed }) => failed === 1_000));
    expect(gateway.told.findLast(({ ready }) => ready !== undefined)).toEqual({ ready: false });
    const { length } = gateway.told;
    await until('it goes on', () => gateway.told.length > length + 2);
  });
});

describe('an output', () => {
  it('gets the same lines as an HTTP batch, gaps included', async () => {
    const output = new PassThrough();
    const { sink } = await opened(createStdioSink({ name: 'out', output }));
    await sink.deliver(batchOf([event(1), gap(2)]));
    const lines = (output.read() as Buffer).toString().split('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ id: '0/4:d1e2f3a4b5c6:1', data: { s: 1 } });
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ gap: { offset: 2 } });
    expect(lines[2]).toBe('');
  });

  it('has one write under way at a time, and is not ended', async () => {
    const callbacks: (() => void)[] = [];
    const output = new Writable({ write: (_chunk, _encoding, callback) => void callbacks.push(callback) });
    const { sink } = await opened(createStdioSink({ name: 'out', output }));
    const [first, second] = [sink.deliver(batchOf([event(1)])), failureOf(sink.deliver(batchOf([event(2)])))];
    await until('the first is written', () => callbacks.length === 1);
    expect(output.writableLength).toBeLessThan(400);
    callbacks[0]?.();
    await first;
    await sink.close();
    expect((await second).message).toContain('closed');
    expect(output.writableEnded).toBe(false);
    expect(output.listenerCount('error')).toBe(0);
  });
});

it('wrong options are named', () => {
  expect(() => createStdioSink({ output: process.stdout } as never)).toThrow(
    "createStdioSink: option 'name' is missing",
  );
  expect(() => createStdioSink({ name: 'a', output: 1 } as never)).toThrow(
    "option 'output' is 1: expected an object with the methods",
  );
});
