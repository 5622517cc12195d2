/** The first characters of a text, `length` UTF-16 units at most, without half a surrogate pair at the end. */
export function beginningOf(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}
