import { describe, expect, it } from 'vitest';
import { gatewayEvents, sinkEvents } from '../src/service/event-choice.ts';

const events = (whitelist: readonly string[] | null, ignore: readonly string[] = []) => ({
  events: { whitelist, ignore },
});
const sink = (only: readonly string[] | null, ignoreEvents: readonly string[] = []) => ({ events: only, ignoreEvents });
const state = (enabled: boolean) => ({ state: { enabled } }) as Parameters<typeof gatewayEvents>[0];

describe('the events that consumers are to get', () => {
  it('are all that the gateway hands over, but for the answers to commands', () => {
    const chosen = gatewayEvents({ ...state(false), ...events(['MESSAGE_CREATE'], ['TYPING_START', 'RATE_LIMITED']) });
    expect(chosen).toEqual({
      whitelist: ['MESSAGE_CREATE', 'READY', 'GUILD_MEMBERS_CHUNK', 'RATE_LIMITED'],
      ignoreEvents: ['TYPING_START'],
    });
    expect(gatewayEvents({ ...state(false), ...events(null) })).toEqual({ whitelist: undefined, ignoreEvents: [] });
  });

  it('say nothing of what the cache gets', () => {
    const chosen = gatewayEvents({ ...state(true), ...events(['MESSAGE_CREATE'], ['TYPING_START']) });
    expect(chosen).toEqual({ whitelist: undefined, ignoreEvents: [] });
  });

  it.each([
    [null, null, undefined],
    [['A', 'B'], null, ['A', 'B']],
    [null, ['B'], ['B']],
    [['A', 'B'], ['B', 'C'], ['B']],
    [['A'], ['C'], []],
  ])('of all %j and a sink’s %j are %j', (whitelist, own, expected) => {
    expect(sinkEvents(events(whitelist), sink(own)).events).toEqual(expected);
  });

  it('leave out what is ignored anywhere', () => {
    expect(sinkEvents(events(null, ['A']), sink(null, ['B']))).toEqual({ ignoreEvents: ['B', 'A'] });
  });
});
