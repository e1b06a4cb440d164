/**
 * Numbers as people write them: `0-63, 70`. What does not fit `maxLength` is counted: `0, 2, 4 and 97 more`.
 *
 * @param ids in any order, each once
 * @param maxLength characters; from about 30 on there is always something to see
 */
export function shardRanges(ids: Iterable<number>, maxLength: number): string {
  const sorted = [...ids].sort((a, b) => a - b);
  const whole = rangesOf(sorted);
  const text = whole.map(({ text: range }) => range).join(', ');
  if (text.length <= maxLength) return text;
  let shown = '';
  let count = 0;
  for (const range of whole) {
    const longer = shown === '' ? range.text : `${shown}, ${range.text}`;
    const rest = sorted.length - count - range.size;
    if (`${longer} and ${rest} more`.length > maxLength) break;
    shown = longer;
    count += range.size;
  }
  return `${shown} and ${sorted.length - count} more`.trimStart();
}

function rangesOf(sorted: readonly number[]): { text: string; size: number }[] {
  const ranges: { first: number; last: number }[] = [];
  for (const id of sorted) {
    const open = ranges.at(-1);
    if (open !== undefined && id === open.last + 1) open.last = id;
    else ranges.push({ first: id, last: id });
  }
  return ranges.map(({ first, last }) => ({
    text: first === last ? `${first}` : `${first}-${last}`,
    size: last - first + 1,
  }));
}
