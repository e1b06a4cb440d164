import type { OptionCheck } from './option-check.ts';
import { show } from './option-check.ts';

/** Accepts an API version: a positive whole number or its digits. */
export const versionDigits: OptionCheck = (name, value) => {
  if ((typeof value !== 'number' && typeof value !== 'string') || !/^[1-9]\d{0,2}$/.test(String(value))) {
    throw new TypeError(`${name}: expected an API version such as 10, got ${show(value)}`);
  }
};
