/**
 * Writes packages/tokenizer/src/unicode/reference-tables.ts: where huggingface/tokenizers, whose Unicode tables are of
 * several ages, differs from the properties that JavaScript's regular expressions know.
 *
 *     python tools/reference/tokenizer_unicode_tables.py TABLES.json
 *     node tools/reference/tokenizer-unicode-tables.ts TABLES.json
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Range = [number, number];
interface Tables {
  readonly version: string;
  readonly sets: Record<string, Range[]>;
  readonly combiningClasses: Record<string, number>;
  readonly scripts: readonly (readonly [number, number])[];
  readonly maps: Record<string, Record<string, string>>;
}

const tables = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Tables;
const points: number[] = [];
for (let point = 0; point < 0x323c0; point++) if (point < 0xd800 || point > 0xdfff) points.push(point);
for (let point = 0xe0000; point < 0xe0200; point++) points.push(point);

const known = (name: string): Set<number> =>
  new Set(tables.sets[name]!.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i)));
const isOf = (property: RegExp, point: number): boolean => property.test(String.fromCodePoint(point));
const isUnassigned = (point: number): boolean => isOf(/\p{Cn}/u, point);

/**
 * Ranges as text: for each the gap after the one before and the length, if it is not 1, in base 36.
 *
 * @param isBridge which points may be taken along where that joins two ranges
 */
function pack(list: readonly number[], isBridge: (point: number) => boolean = () => false): string {
  const ranges: Range[] = [];
  for (const point of list) {
    const last = ranges.at(-1);
    let next = last === undefined ? point : last[1] + 1;
    while (next < point && isBridge(next)) next++;
    if (last !== undefined && next === point) last[1] = point;
    else ranges.push([point, point]);
  }
  let at = 0;
  return ranges
    .map(([first, end]) => {
      const length = end - first + 1;
      const text = (first - at).toString(36) + (length > 1 ? `.${length.toString(36)}` : '');
      at = end + 1;
      return text;
    })
    .join(' ');
}

// Runs to code points: which script each has to the reference.
const scriptOf = new Map<number, number>();
tables.scripts.forEach(([first, script], i) => {
  const end = tables.scripts[i + 1]?.[0] ?? 0x110000;
  for (let point = first; point < end; point++) scriptOf.set(point, script);
});
/** What the scripts of the reference do not know: the space, and characters that are newer. */
const newer: number[] = [];
for (const [point, script] of scriptOf) if (script === 0 && !isOf(/[\p{Cn}\p{Cs}]/u, point)) newer.push(point);
const isNewer = new Set(newer);

// ISO 15924, of the scripts that the reference knows.
const codes =
  'Latn Grek Cyrl Zinh Adlm Aghb Ahom Arab Armi Armn Avst Bali Bamu Bass Batk Beng Bhks Bopo Brah Brai Bugi Buhd Cakm Cans Cari Cham Cher Copt Cprt Deva Dsrt Dupl Egyp Elba Ethi Geor Glag Goth Gran Gujr Guru Hang Hano Hatr Hebr Hluw Hmng Hung Ital Java Kali Khar Khmr Khoj Knda Kthi Lana Laoo Lepc Limb Lina Linb Lisu Lyci Lydi Mahj Mand Mani Marc Mend Merc Mero Mlym Modi Mong Mroo Mtei Mult Mymr Narb Nbat Newa Nkoo Ogam Olck Orkh Orya Osge Osma Palm Pauc Perm Phag Phli Phlp Phnx Plrd Prti Rjng Runr Samr Sarb Saur Sgnw Shaw Shrd Sidd Sind Sinh Sora Sund Sylo Syrc Tagb Takr Tale Talu Taml Tang Tavt Telu Tfng Tglg Thaa Thai Tibt Tirh Ugar Vaii Wara Xpeo Xsux Yiii';

/** The scripts that the reference keeps together, with points that it counts to them; points before other scripts' own. */
function scriptGroups(): string {
  const groups = [['Zyyy'], ['Hani', 'Hira', 'Kana'], ...codes.split(' ').map((code) => [code])];
  const sources = groups.map((group) => new RegExp(`[${group.map((code) => `\\p{sc=${code}}`).join('')}]`, 'u'));
  const numbers = new Map<number, number>();
  for (const [i, source] of sources.entries()) {
    const counts = new Map<number, number>();
    for (const point of points) {
      if (isNewer.has(point) || !isOf(source, point)) continue;
      const script = scriptOf.get(point)!;
      counts.set(script, (counts.get(script) ?? 0) + 1);
    }
    const [most] = [...counts].sort((a, b) => b[1] - a[1]);
    if (most === undefined) throw new Error(`no point of ${groups[i]!.join(' ')}`);
    if (numbers.has(most[0])) throw new Error(`${groups[i]!.join(' ')} is together with another group`);
    numbers.set(most[0], i);
  }
  const extra = groups.map((): number[] => []);
  for (const point of points) {
    if (isNewer.has(point) || isUnassigned(point)) continue;
    const group = numbers.get(scriptOf.get(point)!);
    if (group === undefined) throw new Error(`script ${scriptOf.get(point)} of ${point.toString(16)} has no name`);
    if (!isOf(sources[group]!, point)) extra[group]!.push(point);
  }
  // A group with further points goes before the groups whose own they are.
  const order: number[] = [];
  for (let rest = [...groups.keys()]; rest.length > 0;) {
    const next = rest.find((i) => !rest.some((j) => j !== i && extra[j]!.some((point) => isOf(sources[i]!, point))));
    if (next === undefined) throw new Error('groups have points of each other');
    order.push(next);
    rest = rest.filter((i) => i !== next);
  }
  return order.map((i) => [...groups[i]!, ...extra[i]!.map((point) => point.toString(16))].join(',')).join(' ');
}

/**
 * What the reference leaves out of a property, and what it adds.
 *
 * @param besides points that are left out anyway
 */
function difference(name: string, property: RegExp, besides: ReadonlySet<number>): [string, string] {
  const found = known(name);
  const stray = [...besides].find((point) => found.has(point) && isOf(property, point));
  if (stray !== undefined) throw new Error(`${name} has U+${stray.toString(16)}, which would be left out`);
  const without = points.filter((point) => !found.has(point) && !besides.has(point) && isOf(property, point));
  const also = points.filter((point) => found.has(point) && !isOf(property, point));
  return [pack(without), pack(also)];
}

const decomposed = (form: 'NFD' | 'NFKD'): string =>
  pack(
    points.filter((point) => {
      if (point >= 0xac00 && point < 0xd7a4) return false;
      const text = String.fromCodePoint(point);
      return text.normalize(form) !== (tables.maps[form]![point] ?? text);
    }),
  );

const markOfClass = new Map<number, string>();
for (const [point, combiningClass] of Object.entries(tables.combiningClasses)) {
  const mark = String.fromCodePoint(Number(point));
  if (!markOfClass.has(combiningClass) && mark.normalize('NFD') === mark) markOfClass.set(combiningClass, mark);
}
const classMarks = [...markOfClass].sort(([a], [b]) => a - b).map(([, mark]) => mark.codePointAt(0)!.toString(16));

const content = `/*
 * Where huggingface/tokenizers, whose Unicode tables are of several ages, differs from the properties of today's Unicode.
 * Generated by tools/reference/tokenizer-unicode-tables.ts from tokenizers ${tables.version}. Lists of ranges have for each
 * range the gap after the one before and the length, if it is not 1, in base 36.
 */

/** What the reference's tables of scripts do not know: the space, and newer characters (unassigned ones between them too). */
export const newerCharacters = ${JSON.stringify(pack(newer, isUnassigned))};
/** Punctuation, and the ASCII symbols with it: not so in the reference besides newer ones, and so there alone. */
export const punctuationDifference = ${JSON.stringify(difference('punctuation', /[\p{P}$+<=>^`|~]/u, isNewer))} as const;
/** \`\\p{Mn}\`, besides newer ones. */
export const nonspacingMarkDifference = ${JSON.stringify(difference('bertAccent', /\p{Mn}/u, isNewer))} as const;
/** \`\\p{M}\`, besides newer ones. */
export const combiningMarkDifference = ${JSON.stringify(difference('combiningMark', /\p{M}/u, isNewer))} as const;
/** \`[\\p{Cc}\\p{Cf}\\p{Co}\\ufffd]\`. */
export const controlDifference = ${JSON.stringify(difference('bertControl', /[\p{Cc}\p{Cf}\p{Co}\ufffd]/u, new Set()))} as const;
/** Characters that decompose today, and not in the reference. */
export const neverDecomposed = ${JSON.stringify(decomposed('NFD'))};
/** The same for compatibility decompositions. */
export const neverCompatibilityDecomposed = ${JSON.stringify(decomposed('NFKD'))};
/** One mark of each canonical combining class other than 0, in the order of the classes. */
export const classMarks = ${JSON.stringify(classMarks.join(' '))};
/** The scripts that UnicodeScripts keeps together, with single code points that it counts to them; the first that fits. */
export const scriptGroups =
  ${JSON.stringify(scriptGroups())};
`;
writeFileSync(join(import.meta.dirname, '../../packages/tokenizer/src/unicode/reference-tables.ts'), content);
