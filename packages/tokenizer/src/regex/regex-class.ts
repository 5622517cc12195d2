import { caseVariants } from './case-variants.ts';

/** The source of a class for the `v` flag from a property's name as Oniguruma has it, or `undefined`. */
export function propertyClass(name: string): string | undefined {
  const plain = name.toLowerCase().replace(/[\s_-]/g, '');
  if (Object.hasOwn(posixClasses, plain)) return posixClasses[plain as keyof typeof posixClasses];
  if (plain === 'any') return '[^]';
  const category = categoryOf(plain);
  if (category !== undefined) return categoryClass(category);
  const words = name.trim().split(/[\s_-]+/);
  const title = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()).join('_');
  for (const candidate of [`Script=${title}`, title, `Script=${name}`, name]) {
    if (isProperty(candidate)) return `[\\p{${candidate}}]`;
  }
  return undefined;
}

function isProperty(name: string): boolean {
  if (!/^[\w=]+$/.test(name)) return false;
  try {
    new RegExp(`\\p{${name}}`, 'u');
    return true;
  } catch {
    return false;
  }
}

// Unicode 17 made a letter of U+0295 that had been a lowercase one; the reference is older.
function categoryClass(category: string): string {
  if (category === 'Ll') return '[\\p{Ll}\\u0295]';
  if (category === 'Lo') return '[\\p{Lo}--\\u0295]';
  return `[\\p{${category}}]`;
}

const longCategories =
  'Other Control Format Unassigned PrivateUse Surrogate Letter LowercaseLetter ModifierLetter OtherLetter TitlecaseLetter UppercaseLetter Mark SpacingMark EnclosingMark NonspacingMark Number DecimalNumber LetterNumber OtherNumber Punctuation ConnectorPunctuation DashPunctuation ClosePunctuation FinalPunctuation InitialPunctuation OtherPunctuation OpenPunctuation Symbol CurrencySymbol ModifierSymbol MathSymbol OtherSymbol Separator LineSeparator ParagraphSeparator SpaceSeparator';
const shortCategories =
  'C Cc Cf Cn Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs';

/** The short name of a general category from its long or short one in lower case, or `undefined`. */
function categoryOf(name: string): string | undefined {
  const shorts = shortCategories.split(' ');
  for (const names of [shorts, longCategories.split(' ')]) {
    const i = names.findIndex((one) => one.toLowerCase() === name);
    if (i >= 0) return shorts[i];
  }
  return undefined;
}

/** The POSIX classes as Oniguruma has them for Unicode text. */
export const posixClasses = {
  alnum: '[\\p{Alphabetic}\\p{Nd}]',
  alpha: '[\\p{Alphabetic}]',
  ascii: '[\\x00-\\x7f]',
  blank: '[\\p{Zs}\\t]',
  cntrl: '[\\p{Cc}]',
  digit: '[\\p{Nd}]',
  graph: '[^\\p{White_Space}\\p{Cc}\\p{Cn}\\p{Cs}]',
  lower: '[\\p{Lowercase}]',
  print: '[^\\p{Cc}\\p{Cn}\\p{Cs}\\u2028\\u2029]',
  punct: '[\\p{P}\\p{S}]',
  space: '[\\p{White_Space}]',
  upper: '[\\p{Uppercase}]',
  word: '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}]',
  xdigit: '[0-9a-fA-F]',
} as const;

/** `\w`, which in the reference has the superscripts and fractions of Latin-1 too. */
export const wordClass = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\xb2\\xb3\\xb9\\xbc-\\xbe]';

/** The classes of `\d`, `\s`, `\w`, `\h` and their opposites by letter, or `undefined`. */
export function escapeClass(letter: string): string | undefined {
  const lower = { d: posixClasses.digit, s: posixClasses.space, w: wordClass, h: posixClasses.xdigit }[
    letter.toLowerCase()
  ];
  return lower === undefined || letter === letter.toLowerCase() ? lower : `[^${lower}]`;
}

/** A code point as it can stand anywhere in the source of a regular expression. */
export function literal(codePoint: number): string {
  return `\\u{${codePoint.toString(16)}}`;
}

/** A range of code points inside a class, with their case variants where case does not matter. */
export function rangeSource(first: number, last: number, ignoreCase: boolean): string {
  const source = first === last ? literal(first) : `${literal(first)}-${literal(last)}`;
  if (!ignoreCase) return source;
  const others: string[] = [];
  for (let point = first; point <= Math.min(last, 0x1e943); point++) {
    for (const variant of caseVariants(point)) if (variant < first || variant > last) others.push(literal(variant));
  }
  return source + others.join('');
}

/** A class in which case does not matter: cased letters of one case bring those of the others. */
export function foldProperty(source: string): string {
  return /\\p\{(Lu|Ll|Lt|Uppercase|Lowercase)\}/.test(source) ? `[${source}[\\p{Lu}\\p{Ll}\\p{Lt}]]` : source;
}
