import type { Payload } from '@shardgate/wire';
import { LOADED_GUILD, marked } from '../filters/filter-dispatch.ts';
import type { GuildEvent } from '../filters/guild-registry.ts';

/** By their number in the low three bits of a verdict. */
const GUILD_EVENTS: readonly (GuildEvent | undefined)[] = [
  undefined,
  'join',
  'startup',
  'available',
  'leave',
  'outage',
];
const GUILD_EVENT_BITS = 7;

/** The dispatch is as Discord sent it, whatever the filters made of it. Verdicts below are of dispatches that passed. */
export const UNFILTERED = 8;
/** The filters hold it back. */
const HELD_BACK = 16;
/** It is handed over as `GUILD_LOADED_DD`. */
const RENAMED = 32;
/** A handler of the worker's module waits to be told that it is to have it. */
export const FOR_MODULE = 64;
/** A handler of the worker's module that was told so passes it on. */
export const PASSED_ON = 128;

/** @param passed what the filters gave */
export function guildEventBits(passed: Payload): number {
  // Only the guild filter writes it, on the payloads of two names.
  const { guildEvent } = passed as { guildEvent?: GuildEvent };
  return guildEvent === undefined ? 0 : GUILD_EVENTS.indexOf(guildEvent);
}

/** What a worker's filters made of an unfiltered dispatch. */
export function verdictOf(payload: Payload, passed: Payload | undefined): number {
  if (passed === undefined) return UNFILTERED | HELD_BACK;
  return UNFILTERED | guildEventBits(passed) | (passed.t === payload.t ? 0 : RENAMED);
}

/** Notes what a guild event means on a payload that passed. */
export function withGuildEvent(payload: Payload, verdict: number): Payload {
  const guildEvent = GUILD_EVENTS[verdict & GUILD_EVENT_BITS];
  return guildEvent === undefined ? payload : marked(payload, guildEvent);
}

/** What is to be handed over of an unfiltered dispatch. */
export function passedBy(payload: Payload, verdict: number): Payload | undefined {
  if ((verdict & HELD_BACK) !== 0) return undefined;
  return withGuildEvent((verdict & RENAMED) === 0 ? payload : payload.withName(LOADED_GUILD), verdict);
}

/** A dispatch that passed the filters, as Discord sent it. */
export function unfiltered(payload: Payload, verdict: number): { readonly payload: Payload; readonly verdict: number } {
  if (payload.t !== LOADED_GUILD) return { payload, verdict: verdict | UNFILTERED };
  return { payload: payload.withName('GUILD_CREATE'), verdict: verdict | UNFILTERED | RENAMED };
}
