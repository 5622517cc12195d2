let variants: ReadonlyMap<number, readonly number[]> | undefined;

function collect(): ReadonlyMap<number, readonly number[]> {
  const byFold = new Map<string, number[]>();
  const cased = /\p{Changes_When_Casemapped}/u;
  for (let point = 0x41; point < 0x1e944; point++) {
    // The Turkish letters fold to themselves.
    if (point === 0x130 || point === 0x131) continue;
    const character = String.fromCodePoint(point);
    if (!cased.test(character)) continue;
    const upper = character.toUpperCase();
    const fold = ([...upper].length === 1 ? upper : character).toLowerCase();
    const group = byFold.get(fold);
    if (group === undefined) byFold.set(fold, [point]);
    else group.push(point);
  }
  const found = new Map<number, readonly number[]>();
  for (const group of byFold.values()) if (group.length > 1) for (const point of group) found.set(point, group);
  return found;
}

/** The code points that differ from one by case alone, itself among them; a code point without case alone. */
export function caseVariants(codePoint: number): readonly number[] {
  variants ??= collect();
  return variants.get(codePoint) ?? [codePoint];
}
