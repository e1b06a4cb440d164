/** Verbs Discord's API knows. */
export const VERBS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** A verb in capitals, as it goes over the wire. */
export type Verb = (typeof VERBS)[number];

/** The verb in capitals, or undefined when Discord's API does not know it. */
export function parseVerb(text: unknown): Verb | undefined {
  const capitals = typeof text === 'string' ? text.toUpperCase() : '';
  return VERBS.find((verb) => verb === capitals);
}

/**
 * True when sending the request twice does what sending it once does, so that it may be sent again after a lost answer.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2
 */
export function isIdempotent(verb: Verb): boolean {
  return verb === 'GET' || verb === 'PUT' || verb === 'DELETE';
}
