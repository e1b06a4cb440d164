import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { createRestManager, createRestProcess, httpForwarder } from '../src/index.ts';
import { failureOf, json, startStandIn, unusedPort } from './http-stand-in.ts';
import { openManager, SECRET, startProcess, TOKEN } from './parts.ts';

/** Every way an object ends up in a log. */
function printed(value: unknown): string {
  const shown = [inspect(value, { depth: 9, showHidden: true }), inspect(value), String(value)];
  if (typeof value === 'object')
    shown.push(JSON.stringify(value) ?? '', JSON.stringify({ ...value }), Object.keys(value ?? {}).join());
  if (value instanceof Error) shown.push(value.stack ?? '', JSON.stringify(value, Object.getOwnPropertyNames(value)));
  return shown.join('\n');
}

function expectNoSecret(text: string): void {
  expect(text).not.toContain(TOKEN);
  expect(text).not.toContain(SECRET);
}

it('a manager and a process can be read for their secrets but do not show them', async () => {
  const rest = createRestManager({ token: `Bot ${TOKEN}`, secretKey: SECRET, customUrl: 'http://localhost:1' });
  const restProcess = createRestProcess({ token: TOKEN, secretKey: SECRET, port: 0 });
  for (const holder of [rest, restProcess]) {
    expect([holder.token, holder.secretKey]).toEqual([TOKEN, SECRET]);
    expectNoSecret(printed(holder));
  }
  const forwarder = httpForwarder({ url: 'http://localhost:1', secretKey: SECRET });
  expectNoSecret(printed(forwarder));
  await forwarder.close();
});

it('a secret can be changed by assignment and stays hidden', () => {
  const rest = createRestManager({ token: TOKEN });
  rest.token = `Bot ${TOKEN}-two`;
  expect(rest.token).toBe(`${TOKEN}-two`);
  expect(() => (rest.secretKey = `${SECRET}\n`)).toThrow(/^secretKey: expected visible ASCII/);
  expectNoSecret(printed(rest));
});

it('a wrong secret is not in the error that refuses it', () => {
  for (const options of [
    { token: `${TOKEN} ä` },
    { token: TOKEN, secretKey: `${SECRET}\r\nx: y` },
    { tokn: TOKEN },
    { token: [TOKEN] },
  ]) {
    try {
      createRestManager(options as object);
      expect.unreachable();
    } catch (error) {
      expectNoSecret(printed(error));
    }
  }
});

it('no error, debug line or answer shows a secret, in any of the faults', async () => {
  const lines: unknown[][] = [];
  const debug = (...line: unknown[]): void => void lines.push(line);
  const discord = await startStandIn((request, response, index) => {
    if (request.url.includes('silent')) return;
    if (request.url.includes('broken')) response.destroy();
    else if (request.url.includes('garbage')) response.writeHead(200, { 'content-type': 'application/json' }).end('{');
    else if (request.url.includes('moved')) response.writeHead(301, { location: 'http://evil.example' }).end();
    else if (request.url.includes('limited') && index % 2 === 0)
      json(response, 429, { retry_after: 0.01 }, { 'retry-after': '0.01' });
    else json(response, request.url.includes('refused') ? 401 : 500, { message: 'no', code: 0 });
  });
  const { rest: viaProcess, restProcess } = await startProcess(discord.url, { debug, timeout: 60 });
  viaProcess.debug = debug;
  const direct = openManager({
    token: TOKEN,
    secretKey: SECRET,
    apiUrl: discord.url,
    debug,
    random: () => 0,
    timeout: 100,
  });
  const lost = openManager({
    token: TOKEN,
    secretKey: SECRET,
    customUrl: `http://127.0.0.1:${await unusedPort()}`,
    debug,
  });
  const faults: unknown[] = [];
  for (const rest of [viaProcess, direct, lost]) {
    for (const route of [
      'silent',
      'broken',
      'garbage',
      'moved',
      'limited',
      'refused',
      'failed',
      'https://evil.example/x',
    ]) {
      for (const verb of ['get', 'post'] as const) faults.push(await failureOf(rest.runMethod(rest, verb, route, {})));
    }
  }
  expect(faults.length).toBe(48);
  expect(lines.length).toBeGreaterThan(100);
  for (const shown of [...faults, lines, restProcess, viaProcess, direct, lost]) expectNoSecret(printed(shown));
});
