import { combiningMark } from './character-sets.ts';
import { classSource, packedPoints } from './code-point-set.ts';
import {
  classMarks,
  combiningMarkDifference,
  neverCompatibilityDecomposed,
  neverDecomposed,
  newerCharacters,
} from './reference-tables.ts';

/** The four normalization forms of Unicode. */
export type NormalizationForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/** A normalized text as characters, each with the change that it is to the text before (see AlignedText.transform). */
export interface NormalizedCharacters {
  readonly characters: string[];
  readonly changes: number[];
}

interface Tables {
  readonly kept: ReadonlySet<number>;
  readonly keptInCompatibility: ReadonlySet<number>;
  /** Characters that today's Unicode treats otherwise than the reference. */
  readonly newer: RegExp;
}

let loaded: Tables | undefined;

function tables(): Tables {
  if (loaded !== undefined) return loaded;
  const kept = classSource(neverDecomposed) + classSource(neverCompatibilityDecomposed);
  const marks = classSource(newerCharacters) + classSource(combiningMarkDifference[0]);
  loaded = {
    kept: new Set(packedPoints(neverDecomposed)),
    keptInCompatibility: new Set(packedPoints(neverCompatibilityDecomposed)),
    newer: new RegExp(`[${kept}]|(?=\\p{M})[${marks}]`, 'u'),
  };
  return loaded;
}

/** Whether a text is the same in a normalization form. */
export function isNormalized(text: string, form: NormalizationForm): boolean {
  // What today's Unicode leaves as it is, the older tables of the reference leave as well.
  return text.normalize(form) === text;
}

/** The normalized text alone. */
export function normalizeText(text: string, form: NormalizationForm): string {
  const normalized = text.normalize(form);
  if (normalized === text || !tables().newer.test(text)) return normalized;
  return normalizeCharacters(text, form).characters.join('');
}

/**
 * The normalized text, and where each character comes from. Source: the crate unicode-normalization-alignments that the
 * reference uses, of Unicode 9; later characters stay as they are.
 */
export function normalizeCharacters(text: string, form: NormalizationForm): NormalizedCharacters {
  const decomposed = decompose(text, form === 'NFKD' || form === 'NFKC');
  return form === 'NFD' || form === 'NFKD' ? decomposed : compose(decomposed);
}

/** Whether canonical order puts the second of two marks before the first: the class of the first is higher. */
const swap = (first: string, second: string): boolean =>
  first !== second && (first + second).normalize('NFD') === second + first;

const classes = /* @__PURE__ */ new Map<string, number>();
let marksByClass: readonly string[] | undefined;

/** The place of a character's canonical combining class in the order of all classes; 0 for those that stay in place. */
function combiningClassOf(character: string): number {
  let found = classes.get(character);
  if (found === undefined) {
    marksByClass ??= classMarks.split(' ').map((point) => String.fromCodePoint(parseInt(point, 16)));
    const moves = swap(character, marksByClass[0]!) || swap(marksByClass.at(-1)!, character);
    // Marks that the reference does not know stay in place.
    const known = moves && combiningMark.has(character.codePointAt(0)!);
    found = known ? 1 + marksByClass.filter((mark) => swap(character, mark)).length : 0;
    classes.set(character, found);
  }
  return found;
}

function decompose(text: string, compatibility: boolean): NormalizedCharacters {
  const { kept, keptInCompatibility } = tables();
  const keep = compatibility ? keptInCompatibility : kept;
  const form = compatibility ? 'NFKD' : 'NFD';
  const characters: string[] = [];
  const changes: number[] = [];
  let pending: { character: string; change: number; combiningClass: number }[] = [];
  const flush = (): void => {
    if (pending.length > 1) pending.sort((a, b) => a.combiningClass - b.combiningClass);
    for (const { character, change } of pending) {
      characters.push(character);
      changes.push(change);
    }
    pending = [];
  };
  for (const source of text) {
    if (source <= '\x7f') {
      if (pending.length > 0) flush();
      characters.push(source);
      changes.push(0);
      continue;
    }
    let change = 0;
    for (const character of keep.has(source.codePointAt(0)!) ? source : source.normalize(form)) {
      const combiningClass = combiningClassOf(character);
      if (combiningClass === 0) {
        if (pending.length > 0) flush();
        characters.push(character);
        changes.push(change);
      } else {
        pending.push({ character, change, combiningClass });
      }
      change = 1;
    }
  }
  flush();
  return { characters, changes };
}

const composites = new Map<string, string | undefined>();

/** The character that two compose to, if there is one. */
function composite(first: string, second: string): string | undefined {
  const pair = first + second;
  if (composites.has(pair)) return composites.get(pair);
  const joined = pair.normalize('NFC');
  const single = joined.length === (joined.codePointAt(0)! > 0xffff ? 2 : 1);
  const found =
    single && !tables().kept.has(joined.codePointAt(0)!) && joined.normalize('NFD') === first.normalize('NFD') + second
      ? joined
      : undefined;
  if (composites.size > 50_000) composites.clear();
  composites.set(pair, found);
  return found;
}

function compose(decomposed: NormalizedCharacters): NormalizedCharacters {
  const characters: string[] = [];
  const changes: number[] = [];
  let base: string | undefined;
  let baseChange = 0;
  let marks: [string, number][] = [];
  // The class of the last mark that did not compose; -1 where there is none.
  let lastClass = -1;
  const emit = (character: string, change: number): void => {
    characters.push(character);
    changes.push(change);
  };
  const emitMarks = (): void => {
    for (const [character, change] of marks) emit(character, change);
    if (marks.length > 0) marks = [];
  };
  decomposed.characters.forEach((character, i) => {
    const change = decomposed.changes[i]!;
    const combiningClass = combiningClassOf(character);
    if (base === undefined) {
      if (combiningClass !== 0) emit(character, change);
      else [base, baseChange] = [character, change];
      return;
    }
    if (lastClass < combiningClass || lastClass < 0) {
      const joined = character <= '\x7f' ? undefined : composite(base, character);
      if (joined !== undefined) {
        base = joined;
        baseChange += change - 1;
        return;
      }
    }
    if (combiningClass !== 0) {
      marks.push([character, change]);
      lastClass = combiningClass;
      return;
    }
    emit(base, baseChange);
    emitMarks();
    lastClass = -1;
    [base, baseChange] = [character, change];
  });
  if (base !== undefined) emit(base, baseChange);
  emitMarks();
  return { characters, changes };
}
