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
  return createHash('sha256').update(token.replace(/^Bot /, '')).digest('hex');
}

type GoodToken =
  | { readonly kind: 'any' }
  | { readonly kind: 'none' }
  | { readonly kind: 'one'; readonly fingerprint: string };

function goodToken(token: string | undefined): GoodToken {
  return token === undefined ? { kind: 'any' } : { kind: 'one', fingerprint: tokenFingerprint(token) };
}

export function createTokenCheck(token: string | undefined): TokenCheck {
  let good = goodToken(token);

  return {
    accepts(given) {
      switch (good.kind) {
        case 'any':
          return given.replace(/^Bot /, '') !== '';
        case 'one':
          return tokenFingerprint(given) === good.fingerprint;
        default:
          return false;
      }
    },
    reset() {
      good = { kind: 'none' };
    },
    accept(next) {
      good = goodToken(next);
    },
  };
}
