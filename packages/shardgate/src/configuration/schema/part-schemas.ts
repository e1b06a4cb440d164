import { z } from 'zod';
import { eventNames, flag, leaf, text } from './leaf.ts';

/** The name of a sink or store. */
export const partName = (): z.ZodString =>
  text().regex(/^[\w.-]{1,64}$/, 'expected 1 to 64 letters, digits, dots, dashes or underscores');

/** What every sink has. */
export const common: Readonly<Record<'name' | 'required' | 'events' | 'ignoreEvents', z.ZodType>> = {
  name: leaf(partName(), {
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

/** The word that says which type of sink or store it is. */
export const type = <const T extends string>(name: T): z.ZodLiteral<T> => z.literal(name);

/** The address of a server, which may hold a password. */
export const brokerAddress = (
  protocols: RegExp,
  expected: string,
  description = 'Address of the broker, with user and password.',
): z.ZodString =>
  leaf(
    z.string(expected).refine((value) => URL.canParse(value) && protocols.test(value), expected),
    { description, defaultText: 'required', visibility: 'secret' },
  );
