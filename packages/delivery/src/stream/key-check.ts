import { sameSecret } from '../access/same-secret.ts';
import { WRONG_KEY_DELAY_MS } from './defaults.ts';

/** Addresses whose wrong keys are counted; the oldest is forgotten first. */
const MOST_ADDRESSES = 1_000;

/** Compares the keys of clients with the sink's, and slows down who guesses. */
export interface KeyCheck {
  /** Whether a key has to be given at all. */
  readonly isRequired: boolean;
  /** 0 when the key is right, else the milliseconds after which to say that it is wrong. A right key never waits. */
  delayFor(address: string, key: string | undefined): number;
}

export function createKeyCheck(secretKey: string | undefined): KeyCheck {
  /** Wrong keys in a row, by address. */
  const wrong = new Map<string, number>();
  const [first, most] = WRONG_KEY_DELAY_MS as [number, number];
  return {
    isRequired: secretKey !== undefined,
    delayFor(address, key) {
      if (secretKey === undefined) return 0;
      const before = wrong.get(address) ?? 0;
      wrong.delete(address);
      if (key !== undefined && sameSecret(secretKey, key)) return 0;
      if (wrong.size >= MOST_ADDRESSES) {
        const [oldest] = wrong.keys();
        if (oldest !== undefined) wrong.delete(oldest);
      }
      wrong.set(address, before + 1);
      return Math.min(most, first * 2 ** before);
    },
  };
}
