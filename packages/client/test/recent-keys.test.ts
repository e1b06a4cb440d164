import { expect, test } from 'vitest';
import { RecentKeys } from '../src/recent-keys.ts';

type Key = readonly [group: string, key: number | string];
const sessions = ['0/2:a', '1/2:b', '0/2:c'];

test.each<[string, (n: number) => Key]>([
  ['rising numbers of several sessions', (n) => [sessions[n % 3] ?? '', Math.floor(n / 3)]],
  ['falling numbers', (n) => ['0/1:a', 1_000 - n]],
  ['names', (n) => ['', `name ${n}`]],
  ['both', (n) => (n % 2 === 0 ? ['0/1:a', n] : ['', `${n}`])],
])('at least so many of the newest are remembered, and never more than twice as many: %s', (_, keyOf) => {
  const recent = new RecentKeys(10);
  const added: Key[] = [];
  for (let n = 0; n < 600; n++) {
    const key = keyOf(n);
    expect(recent.has(...key)).toBe(false);
    recent.add(...key);
    added.push(key);
    const known = added.map((each) => recent.has(...each));
    expect(known.slice(-10).every(Boolean)).toBe(true);
    expect(known.filter(Boolean).length).toBeLessThan(20);
  }
});

test('one number of two groups is two keys', () => {
  const recent = new RecentKeys(10);
  recent.add('0/1:a', 7);
  expect(recent.has('0/1:a', 7)).toBe(true);
  expect(recent.has('0/1:b', 7)).toBe(false);
});

test('a number that was left out is not known when higher ones are', () => {
  const recent = new RecentKeys(10);
  for (const number of [5, 9, 7]) recent.add('0/1:a', number);
  expect([4, 5, 6, 7, 8, 9, 10].filter((number) => recent.has('0/1:a', number))).toEqual([5, 7, 9]);
});

test('with a limit of 0 none is', () => {
  const recent = new RecentKeys(0);
  recent.add('0/1:a', 1);
  expect(recent.has('0/1:a', 1)).toBe(false);
});
