/** Stands for U+0000, which PostgreSQL takes in no text: the visible sign of that character. */
const NULL_SIGN = '\u2400';
/** A surrogate without its other half. */
const HALF = /\p{Surrogate}/gu;

/** What PostgreSQL's jsonb refuses: the escape of U+0000 and, among these, halves of characters. */
const SUSPICIOUS = /\\u(?:0000|d[89a-f])/i;

/** JSON text as PostgreSQL takes it: U+0000 becomes U+2400 (␀), the half of a character U+FFFD (�). Text that is no JSON is given back. */
export function writableText(json: string): string {
  if (!json.includes('\\u') || !SUSPICIOUS.test(json)) return json;
  try {
    return JSON.stringify(writable(JSON.parse(json)));
  } catch {
    return json;
  }
}

function writable(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', NULL_SIGN).replaceAll(HALF, '\ufffd');
  if (Array.isArray(value)) return value.map(writable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [writable(name), writable(member)]));
}
