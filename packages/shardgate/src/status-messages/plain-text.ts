/** What Discord's markdown reads as markup, links and mentions included. */
const MARKUP = /[\\*_~|`[\]()<>#:@-]/g;

/**
 * A text of strangers for an embed: on one line, shown as it is written. A guild may be named `[free](https://…)`.
 *
 * @param maxLength characters of the text before markup is escaped
 */
export function plainText(text: string, maxLength: number): string {
  return cut(text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim(), maxLength).replace(MARKUP, '\\$&');
}

/** At most so many UTF-16 units, which are at least as many as Discord counts; never half a character. */
function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const shorter = text.slice(0, maxLength - 1);
  return `${/[\uD800-\uDBFF]$/.test(shorter) ? shorter.slice(0, -1) : shorter}…`;
}
