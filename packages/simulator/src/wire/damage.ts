import type { Message } from './outlet.ts';

/** The first half of a message. */
export function truncated(message: Message): Message {
  return typeof message === 'string' ? message.slice(0, message.length / 2) : message.subarray(0, message.length / 2);
}

/** A message with one byte changed: that of a binary one stands at its beginning or in its middle. */
export function corrupted(message: Message, weakSpot: 'start' | 'middle'): Message {
  if (typeof message === 'string')
    return `${message.slice(0, message.length / 2)}\u0000${message.slice(message.length / 2 + 1)}`;
  const copy = Buffer.from(message);
  const at = weakSpot === 'start' ? 0 : Math.floor(copy.length / 2);
  copy[at] = (copy[at] as number) ^ 0xff;
  return copy;
}
