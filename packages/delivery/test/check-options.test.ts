import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkOptions } from '../src/options/check-options.ts';
import { clockPort, flag, milliseconds, oneOf, secret, text, wholeNumber } from '../src/options/shapes.ts';

const shape = {
  name: text,
  secretKey: secret.optional(),
  timeoutMs: milliseconds(1).optional(),
  connections: wholeNumber(1).optional(),
  format: oneOf('event', 'batch').optional(),
  gaps: flag.optional(),
  window: z.strictObject({ events: wholeNumber(1).optional() }).optional(),
  events: z.array(z.string()).min(1).optional(),
  target: z.union([clockPort, z.strictObject({ key: z.string() })]).optional(),
};

function complaint(options: unknown): Error {
  try {
    checkOptions('createThing', options, shape);
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was wrong');
}

describe('checkOptions', () => {
  it.each([
    [{}, TypeError, "createThing: option 'name' is missing: expected a text of one character or more"],
    [{ name: 'a', gap: true }, TypeError, "createThing has no option 'gap'; did you mean 'gaps'?"],
    [{ name: 'a', colour: 1 }, TypeError, "createThing has no option 'colour'"],
    [{ name: 'a', window: { evnts: 1 } }, TypeError, "has no option 'window.evnts'; did you mean 'window.events'?"],
    [
      { name: 'a', window: { events: 0 } },
      RangeError,
      "option 'window.events' is 0: expected a whole number of 1 or more",
    ],
    [
      { name: 'a', timeoutMs: 0 },
      RangeError,
      "option 'timeoutMs' is 0: expected a whole number from 1 to 2147483647 ms",
    ],
    [{ name: 'a', timeoutMs: 0.5 }, TypeError, "option 'timeoutMs' is 0.5: expected a whole number from 1"],
    [{ name: 'a', connections: '3' }, TypeError, "option 'connections' is '3': expected a whole number"],
    [{ name: 'a', format: 'x' }, TypeError, "option 'format' is 'x': expected 'event' or 'batch'"],
    [{ name: 'a', events: [] }, RangeError, "option 'events' is []: expected 1 entries or more"],
    [{ name: 'a', events: [1] }, TypeError, "option 'events.0' is 1: expected a text"],
    [
      { name: 'a', target: {} },
      TypeError,
      "expected an object with the methods now, wallTime, setTimer, clearTimer or 'key'",
    ],
    [undefined, TypeError, 'createThing: expected an object of options'],
    [['a'], TypeError, 'createThing: expected an object of options'],
  ])('%j', (options, type, message) => {
    expect(complaint(options)).toBeInstanceOf(type);
    expect(complaint(options).message).toContain(message);
  });

  it('names every mistake at once', () => {
    const { message } = complaint({ gaps: 1, timeoutMs: 0, colour: 1 });
    expect(message.split('\n')).toHaveLength(4);
  });

  it('a name that every object has is as unknown as any other', () => {
    expect(complaint({ name: 'a', constructor: 1 }).message).toContain("no option 'constructor'");
  });

  it('an option that is undefined is left out', () => {
    checkOptions('createThing', { name: 'a', gaps: undefined, window: { events: undefined } }, shape);
  });

  it.each([
    { secretKey: 'planted key' },
    { secretKey: { a: 'planted' } },
    { secretKye: 'planted' },
    { target: { now: 'planted', key: 1 } },
  ])('shows nothing of a secret in %j', (wrong) => {
    const { message } = complaint({ name: 'a', ...wrong });
    expect(message).toMatch(/secretK|target/);
    expect(message).not.toContain('planted');
  });
});
