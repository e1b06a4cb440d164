/** Greatest `int8`. */
const MAX_ID = 9_223_372_036_854_775_807n;

/** Whether a column of ids can hold it: a number of 63 bits, as Discord's ids are. */
export function isId(id: string): boolean {
  return /^(?:0|[1-9]\d{0,18})$/.test(id) && (id.length < 19 || BigInt(id) <= MAX_ID);
}
