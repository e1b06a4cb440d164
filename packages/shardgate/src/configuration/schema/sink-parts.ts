import { z } from 'zod';
import { eventNames, flag, leaf, text } from './leaf.ts';

/** What every sink has. */
export const common: Readonly<Record<'name' | 'required' | 'events' | 'ignoreEvents', z.ZodType>> = {
  name: leaf(text().regex(/^[\w.-]{1,64}$/, 'expected 1 to 64 letters, digits, dots, dashes or underscores'), {
    description:
      'Unique among the sinks. It names the place up to which events were acknowledged, so a new name begins anew.',
    defaultText: 'required',
  }),
  required: leaf(flag().default(true), {
    description: 'Whether an event has to wait for this sink before it is done with.',
  }),
  events: leaf(eventNames().nullable().default(null), {
    description: 'The only events that this sink gets.',
    defaultText: 'all',
    live: true,
  }),
  ignoreEvents: leaf(eventNames().default([]), { description: 'Events that this sink does not get.', live: true }),
};

/** The word that says which type of sink it is. */
export const type = <const T extends string>(name: T): z.ZodLiteral<T> => z.literal(name);
