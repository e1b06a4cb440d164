/** Whether one id is lower than another as a number. Ids are decimal numbers without leading zeros. */
export function isLowerId(one: string, other: string): boolean {
  return one.length === other.length ? one < other : one.length < other.length;
}
