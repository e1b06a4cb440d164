import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { isLoopback } from '../src/access/loopback.ts';
import { hostNameOf, keyOf } from '../src/access/request-head.ts';
import { sameSecret } from '../src/access/same-secret.ts';

function request(headersDistinct: Record<string, string[]>): IncomingMessage {
  return { headersDistinct } as IncomingMessage;
}

describe('isLoopback', () => {
  it.each(['localhost', 'LocalHost', '127.0.0.1', '127.9.9.9', '::1', '[::1]', '::ffff:127.0.0.1', '[::ffff:7f00:1]'])(
    '%s never leaves this machine',
    (host) => expect(isLoopback(host)).toBe(true),
  );

  it.each(['', '0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example', 'localhost.example', '::ffff:10.0.0.1', '127.1.1'])(
    '%s may',
    (host) => expect(isLoopback(host)).toBe(false),
  );
});

describe('the head of a request', () => {
  it.each([
    [['k'], 'k'],
    [['Bearer k'], 'k'],
    [['bearer  k'], 'k'],
    [['k', 'k'], ''],
    [[''], ''],
    [[], null],
  ])('authorization %j has the key %j', (authorization, key) => {
    expect(keyOf(request({ authorization }))).toBe(key);
  });

  it.each([
    [['Bot.Example:8080'], 'bot.example'],
    [['[::1]:80'], '::1'],
    [['a b'], undefined],
    [['a', 'a'], undefined],
    [[''], undefined],
    [[], undefined],
  ])('host %j is the name %j', (host, name) => {
    expect(hostNameOf(request({ host }))).toBe(name);
  });
});

it('secrets are the same only when they are equal, whatever their lengths', () => {
  expect([
    sameSecret('abc', 'abc'),
    sameSecret('abc', 'abd'),
    sameSecret('abc', 'abcd'),
    sameSecret('abc', ''),
  ]).toEqual([true, false, false, false]);
});
