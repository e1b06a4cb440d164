import { createHash } from 'node:crypto';

/** Which tokens are good. Tokens are not kept in readable form. */
export interface TokenCheck {
  accepts(token: string): boolean;
  /** No token is good any more, as after the daily limit. */
  reset(): void;
  /** This token is good from now on; without one, every token that is not empty. */
  accept(token?: string): void;
}

/** With or without `Bot ` in front, as Discord takes it. */
export function tokenFingerprint(token: string): string {
  return createHash('sha256')
    .update(token.replace(/^Bot /, ''))
    .digest('hex');
}

export function createTokenCheck(token: string | undefined): TokenCheck {
  let good: string | 'any' | 'none' = token === undefined ? 'any' : tokenFingerprint(token);

  return {
    accepts: (given) => good === 'any' ? given.replace(/^Bot /, '') !== '' : tokenFingerprint(given) === good,
    reset() {
      good = 'none';
    },
    accept(next) {
      good = next === undefined ? 'any' : tokenFingerprint(next);
    },
  };
}
