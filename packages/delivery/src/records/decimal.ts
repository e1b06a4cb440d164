/** Numbers up to here are written as two of up to nine digits, which are small integers to V8. */
const NINE_DIGITS = 1_000_000_000;
const ZERO = 0x30;

/**
 * Writes a whole number from 0 to 2 ** 53 as decimal digits, and gives the place behind them.
 *
 * Not by way of a string: V8 keeps the strings of the last sixteen thousand numbers, and with offsets and times that never come again each would outlive the next collection.
 */
export function writeDecimal(number: number, target: Buffer, at: number): number {
  if (number < NINE_DIGITS) return writeDigits(number, digitsOf(number), target, at);
  const high = Math.floor(number / NINE_DIGITS);
  const end = writeDigits(high, digitsOf(high), target, at);
  return writeDigits(number - high * NINE_DIGITS, 9, target, end);
}

function writeDigits(number: number, digits: number, target: Buffer, at: number): number {
  let rest = number;
  for (let place = at + digits - 1; place >= at; place--) {
    // `| 0` and not `Math.floor`, for which V8 divides doubles: that takes twice as long.
    const next = (rest / 10) | 0;
    target[place] = ZERO + rest - next * 10;
    rest = next;
  }
  return at + digits;
}

function digitsOf(number: number): number {
  let digits = 1;
  for (let bound = 10; bound <= number; bound *= 10) digits++;
  return digits;
}
