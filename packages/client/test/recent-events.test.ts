import { expect, test } from 'vitest';
import { RecentEvents } from '../src/stream/recent-events.ts';

test('at least so many of the newest are remembered, of whatever sessions, and never more than twice as many', () => {
  const recent = new RecentEvents(10);
  const sessions = ['0/2:a', '1/2:b', '0/2:c'];
  const added: (readonly [string, number])[] = [];
  for (let n = 0; n < 600; n++) {
    const event = [sessions[n % 3] ?? '', Math.floor(n / 3)] as const;
    expect(recent.has(...event)).toBe(false);
    recent.add(...event);
    added.push(event);
    const known = added.map((each) => recent.has(...each));
    expect(known.slice(-10).every(Boolean)).toBe(true);
    expect(known.filter(Boolean).length).toBeLessThan(20);
  }
});

test('one number of two sessions is two events', () => {
  const recent = new RecentEvents(10);
  recent.add('0/1:a', 7);
  expect(recent.has('0/1:a', 7)).toBe(true);
  expect(recent.has('0/1:b', 7)).toBe(false);
});

test('with a limit of 0 none is', () => {
  const recent = new RecentEvents(0);
  recent.add('0/1:a', 1);
  expect(recent.has('0/1:a', 1)).toBe(false);
});
