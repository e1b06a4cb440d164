import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createSimulator, createVirtualClock, DEFAULT_SETTINGS } from '../src/index.ts';
import { SETTING_EXPECTATIONS } from '../src/defaults.ts';

const wrong =
  (options: object): (() => unknown) =>
  () =>
    createSimulator(options);

describe('options', () => {
  it('an unknown option is refused with the nearest known name', () => {
    expect(wrong({ maxConcurency: 2 })).toThrow(
      new TypeError('createSimulator: there is no option "maxConcurency"; did you mean "maxConcurrency"?'),
    );
    expect(wrong({ fish: 1 })).toThrow('createSimulator: there is no option "fish"');
  });

  it('a wrong type and a wrong value name the option, the value and what is expected', () => {
    expect(wrong({ guilds: '5' })).toThrow(
      new TypeError('createSimulator: option "guilds" is "5", expected a whole number, from 0 to 10000000'),
    );
    expect(wrong({ maxConcurrency: 0 })).toThrow(
      new RangeError('createSimulator: option "maxConcurrency" is 0, expected a whole number, 1 or more'),
    );
    expect(wrong({ latencyMs: [3, 1] })).toThrow(RangeError);
    expect(wrong({ mix: 'storm' })).toThrow(/one of "typical", "presence", "messages"/);
    expect(wrong({ mix: { MESSAGE_CREATED: 1 } })).toThrow(/did you mean "MESSAGE_CREATE"/);
    expect(wrong({ mix: { MESSAGE_CREATE: 0 } })).toThrow(/weight above 0/);
    expect(wrong({ guildShape: { members: 1 } })).toThrow(/"channels" is missing/);
    expect(wrong({ application: { id: 'me' } })).toThrow(/application.id is "me"/);
  });

  it('undefined means the default', () => {
    const simulator = createSimulator({ maxConcurrency: undefined as unknown as number, guilds: 3 });
    expect(simulator.settings.maxConcurrency).toBe(DEFAULT_SETTINGS.maxConcurrency);
    expect(simulator.guilds.count()).toBe(3);
  });

  it('every setting has a default and a check', () => {
    expect(Object.keys(SETTING_EXPECTATIONS).toSorted()).toEqual(Object.keys(DEFAULT_SETTINGS).toSorted());
    expect(() => createSimulator({ ...DEFAULT_SETTINGS })).not.toThrow();
  });

  it('every default is the one its description tells', () => {
    const source = readFileSync(new URL('../src/settings.ts', import.meta.url), 'utf8');
    const told = Object.fromEntries(
      [...source.matchAll(/@defaultValue ([^*:]+?)(?::[^*]*)? \*\/\s+(\w+):/g)].map(([, text = '', name = '']) => [
        name,
        JSON.parse(
          text
            .replaceAll('`', '')
            .replaceAll("'", '"')
            .replaceAll(/(?<=\d)[,_](?=\d)/g, ''),
        ) as unknown,
      ]),
    );
    expect(told).toEqual(DEFAULT_SETTINGS);
  });

  it('creating a simulator starts no timer', () => {
    const clock = createVirtualClock();
    createSimulator({ clock, eventsPerSecond: 100 });
    expect(clock.pending()).toBe(0);
  });

  it('configure changes all or nothing', () => {
    const simulator = createSimulator();
    expect(() => simulator.configure({ maxConcurrency: 4, identifyTotal: -1 })).toThrow(RangeError);
    expect(simulator.settings.maxConcurrency).toBe(1);
    simulator.configure({ maxConcurrency: 4 });
    expect(simulator.settings.maxConcurrency).toBe(4);
    expect(() => simulator.configure({ token: 'abc' } as object)).toThrow(/no option "token"/);
  });

  it('the token is nowhere to be seen', () => {
    const token = 'MTE4MDAw.canary.of-the-mine';
    const simulator = createSimulator({ token });
    const shown = [
      inspect(simulator, { depth: 9, showHidden: true }),
      JSON.stringify(simulator),
      JSON.stringify(simulator.state()),
    ];
    for (const output of shown) expect(output).not.toContain('canary');
    expect(wrong({ token: 5 })).toThrow('option "token" is what was given, expected a string');
  });
});
