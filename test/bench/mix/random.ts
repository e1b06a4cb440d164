import type { Random } from '@shardgate/simulator';

/** A whole number from `least` to `most`, both included. */
export function integer(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** One of them; those in front come more often, as the busy members of a guild do. */
export function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() ** 2 * from.length)] as T;
}

export function chance(random: Random, probability: number): boolean {
  return random() < probability;
}

/** 19 digits, as ids of these years have. */
export function snowflake(random: Random): string {
  return `${integer(random, 1_050_000_000, 1_400_000_000)}${String(integer(random, 0, 999_999_999)).padStart(9, '0')}`;
}

export function hex(random: Random, digits: number): string {
  let text = '';
  while (text.length < digits) text += integer(random, 0, 0xffff).toString(16).padStart(4, '0');
  return text.slice(0, digits);
}

/** A moment of one day, as Discord writes it. */
export function timestamp(random: Random): string {
  const at = new Date(Date.UTC(2026, 7, 14, 0, 0, 0, integer(random, 0, 86_399_999)));
  return `${at.toISOString().slice(0, -1)}000+00:00`;
}
