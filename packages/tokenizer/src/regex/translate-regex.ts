import {
  escapeClass,
  foldProperty,
  literal,
  posixClasses,
  propertyClass,
  rangeSource,
  wordClass,
} from './regex-class.ts';

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
  readonly extended: boolean;
}

// Escapes that stand for the same everywhere outside of classes.
const fixedEscapes: Readonly<Record<string, string>> = {
  A: '(?<![^])',
  z: '(?![^])',
  Z: '(?=\\n?(?![^]))',
  N: '[^\\n]',
  O: '[^]',
};
const wordBoundary = (): string => `(?:(?<=${wordClass})(?!${wordClass})|(?<!${wordClass})(?=${wordClass}))`;
const controlCharacters: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, a: 7, e: 27 };

/**
 * Translates a regular expression of Oniguruma (Ruby's syntax), which huggingface/tokenizers uses, to the source of a
 * JavaScript one with the `v` flag: possessive quantifiers and atomic groups become a lookahead and a reference back to
 * it, `(?i:…)` becomes classes, `\s \w \d` and properties are those of Unicode as Oniguruma has them.
 *
 * @throws SyntaxError naming what is broken or not supported, and where
 */
export function translateRegex(pattern: string): string {
  return new Translator(pattern).translate();
}

class Translator {
  private readonly pattern: readonly string[];
  private at = 0;
  private groups = 0;
  private atoms = 0;
  private depth = 0;
  private readonly names: Map<string, number> = new Map();

  constructor(pattern: string) {
    this.pattern = [...pattern];
  }

  translate(): string {
    const source = this.alternatives({ ignoreCase: false, dotAll: false, extended: false });
    if (this.at < this.pattern.length) this.fail('an unmatched )');
    return source;
  }

  private fail(what: string): never {
    throw new SyntaxError(`${what} at character ${this.at}`);
  }

  private peek(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.pattern[this.at + i] !== text[i]) return false;
    return true;
  }

  private take(text: string): boolean {
    if (!this.peek(text)) return false;
    this.at += text.length;
    return true;
  }

  private next(): string {
    return this.pattern[this.at++] ?? this.fail('an unexpected end');
  }

  /** The text up to a character, which is taken too. */
  private until(end: string): string {
    let text = '';
    for (let character = this.next(); character !== end; character = this.next()) text += character;
    return text;
  }

  /** Alternatives up to a closing parenthesis or the end. */
  private alternatives(outer: Flags): string {
    if (++this.depth > 200) this.fail('too deep a nesting');
    let flags = outer;
    const pieces: string[] = [];
    let closings = '';
    while (this.at < this.pattern.length && !this.peek(')')) {
      if (this.take('|')) {
        pieces.push('|');
        continue;
      }
      const changed = this.flagsAlone(flags);
      if (changed !== undefined) {
        // `a(?i)b|c`: to Ruby the rest is one group, so the alternatives after it belong to it.
        flags = changed;
        pieces.push('(?:');
        closings += ')';
        continue;
      }
      const atom = this.atom(flags);
      if (atom !== '') pieces.push(this.quantified(atom, flags));
    }
    this.depth--;
    return pieces.join('') + closings;
  }

  /** `(?imx-imx)`, which holds up to the end of the group. */
  private flagsAlone(flags: Flags): Flags | undefined {
    const start = this.at;
    if (!this.take('(?')) return undefined;
    const changed = this.flags(flags);
    if (changed !== undefined && this.take(')')) return changed;
    this.at = start;
    return undefined;
  }

  private flags(flags: Flags): Flags | undefined {
    let { ignoreCase, dotAll, extended } = flags;
    const start = this.at;
    let value = true;
    for (;;) {
      const letter = this.pattern[this.at];
      if (letter === '-') value = false;
      else if (letter === 'i') ignoreCase = value;
      else if (letter === 'm') dotAll = value;
      else if (letter === 'x') extended = value;
      else break;
      this.at++;
    }
    return this.at > start ? { ignoreCase, dotAll, extended } : undefined;
  }

  private quantified(atom: string, flags: Flags): string {
    let source = atom;
    for (;;) {
      if (flags.extended) this.skipSpace();
      const quantifier = this.quantifier();
      if (quantifier === undefined) return source;
      const { text, interval } = quantifier;
      // Only `? * +` can be possessive; after an interval a plus repeats it. `{n}?` means that it may be left out.
      if (interval && /^\{\d+\}$/.test(text) && this.take('?')) source = `(?:${source}${text})?`;
      else if (this.take('?')) source += `${text}?`;
      else if (!interval && this.take('+')) source = this.atomic(source + text);
      else source += text;
      source = `(?:${source})`;
    }
  }

  private quantifier(): { text: string; interval: boolean } | undefined {
    for (const text of ['*', '+', '?']) if (this.take(text)) return { text, interval: false };
    const interval = /^\{(\d*)(,?)(\d*)\}/.exec(this.pattern.slice(this.at, this.at + 24).join(''));
    if (interval === null) return undefined;
    const [whole, least, comma, most] = interval as unknown as [string, string, string, string];
    if (least === '' && most === '') return undefined;
    if (Number(least) > 100_000 || Number(most) > 100_000) this.fail('too big a number for a repeat');
    if (most !== '' && Number(least) > Number(most)) this.fail('a repeat of more to less');
    this.at += whole.length;
    return { text: `{${least === '' ? '0' : least}${comma}${most}}`, interval: true };
  }

  private atomic(source: string): string {
    const name = `a${this.atoms++}`;
    return `(?=(?<${name}>${source}))\\k<${name}>`;
  }

  private skipSpace(): void {
    for (;;) {
      if (/^\s$/.test(this.pattern[this.at] ?? '')) this.at++;
      else if (this.peek('#')) while (this.at < this.pattern.length && this.next() !== '\n');
      else return;
    }
  }

  private atom(flags: Flags): string {
    if (flags.extended) {
      const start = this.at;
      this.skipSpace();
      if (this.at > start) return '';
    }
    const character = this.next();
    switch (character) {
      case '(':
        return this.group(flags);
      case '[':
        return this.characterClass(flags);
      case '.':
        return flags.dotAll ? '[^]' : '[^\\n]';
      case '^':
        return '(?<![^\\n])';
      case '$':
        return '(?![^\\n])';
      case '\\':
        return this.escape(flags);
      case '*':
      case '+':
      case '?':
        this.at--;
        return this.fail('a quantifier of nothing');
      default:
        return this.character(character.codePointAt(0)!, flags);
    }
  }

  private character(codePoint: number, flags: Flags): string {
    if (!flags.ignoreCase) return literal(codePoint);
    const source = rangeSource(codePoint, codePoint, true);
    return source === literal(codePoint) ? source : `[${source}]`;
  }

  private group(flags: Flags): string {
    const close = (source: string): string => (this.take(')') ? source : this.fail('a group without end'));
    if (!this.take('?')) {
      const name = `c${++this.groups}`;
      return close(`(?<${name}>${this.alternatives(flags)})`);
    }
    for (const opening of [':', '=', '!', '<=', '<!']) {
      if (this.take(opening)) return close(`(?${opening}${this.alternatives(flags)})`);
    }
    if (this.take('>')) return close(this.atomic(this.alternatives(flags)));
    if (this.take('#')) {
      this.until(')');
      return '';
    }
    if (this.take('<')) {
      const name = this.until('>');
      if (!/^[A-Za-z_]\w*$/.test(name)) this.fail('an invalid name of a group');
      if (this.names.has(name)) this.fail('two groups of one name, which is not supported,');
      this.names.set(name, ++this.groups);
      return close(`(?<c${this.groups}>${this.alternatives(flags)})`);
    }
    const changed = this.flags(flags);
    if (changed !== undefined && this.take(':')) return close(`(?:${this.alternatives(changed)})`);
    return this.fail('a kind of group that is not supported');
  }

  private escape(flags: Flags): string {
    const letter = this.next();
    const fixed = escapeClass(letter) ?? (Object.hasOwn(fixedEscapes, letter) ? fixedEscapes[letter] : undefined);
    if (fixed !== undefined) return fixed;
    if (letter === 'p' || letter === 'P') return this.property(letter === 'P', false);
    if (letter === 'b') return wordBoundary();
    if (letter === 'B') return `(?!${wordBoundary()})`;
    if (letter === 'R') return this.atomic('\\r\\n|[\\n-\\r\\x85\\u2028\\u2029]');
    if (letter === 'k') return this.reference(this.namedGroup(), flags);
    if (/[GKXyYgcCM]/.test(letter)) this.fail(`\\${letter}, which is not supported,`);
    if (/[1-9]/.test(letter)) {
      const group = Number(letter);
      if (group > this.groups) this.fail('a reference to no group');
      return this.reference(group, flags);
    }
    return this.character(this.escapedPoint(letter), flags);
  }

  /** Where case does not matter, the engine must know modifiers, as Node 23 and later do. */
  private reference(group: number, flags: Flags): string {
    return flags.ignoreCase ? `(?i:\\k<c${group}>)` : `\\k<c${group}>`;
  }

  private namedGroup(): number {
    if (!this.take('<')) this.fail('a reference without name');
    const name = this.until('>');
    const group = this.names.get(name) ?? (/^[1-9]$/.test(name) ? Number(name) : Infinity);
    return group <= this.groups ? group : this.fail('a reference to no group');
  }

  /** The code point that an escape stands for, after its letter. */
  private escapedPoint(letter: string): number {
    const control = Object.hasOwn(controlCharacters, letter) ? controlCharacters[letter] : undefined;
    if (control !== undefined) return control;
    const digits = (form: RegExp, radix: number): number => {
      const [whole, inner] =
        form.exec(this.pattern.slice(this.at, this.at + 12).join('')) ?? this.fail('a broken escape');
      this.at += whole.length;
      const point = parseInt(inner ?? whole, radix);
      return point <= 0x10ffff && (point & 0xfffff800) !== 0xd800 ? point : this.fail('no character');
    };
    if (letter === 'x') return digits(this.peek('{') ? /^\{([0-9A-Fa-f]{1,8})\}/ : /^[0-9A-Fa-f]{1,2}/, 16);
    if (letter === 'u') return digits(/^[0-9A-Fa-f]{4}/, 16);
    if (letter === '0') return this.pattern[this.at]?.match(/[0-7]/) ? digits(/^[0-7]{1,2}/, 8) : 0;
    return letter.codePointAt(0)!;
  }

  /** A property; only inside a class does it disregard case, as in Oniguruma. */
  private property(negated: boolean, ignoreCase: boolean): string {
    if (!this.take('{')) this.fail('a property without name');
    const inverted = this.take('^') !== negated;
    const name = this.until('}');
    const found = propertyClass(name) ?? this.fail(`the property ${name.slice(0, 40)}, which is not known,`);
    const source = ignoreCase ? foldProperty(found) : found;
    return inverted ? `[^${source}]` : source;
  }

  private characterClass(flags: Flags): string {
    if (++this.depth > 200) this.fail('too deep a nesting');
    const negated = this.take('^');
    const operands: string[] = [];
    let source = '';
    for (let first = true; first || !this.peek(']'); first = false) {
      if (this.take('&&')) {
        operands.push(source);
        source = '';
      } else source += this.classItem(flags);
    }
    this.at++;
    this.depth--;
    if (operands.length > 0) source = [...operands, source].map((operand) => `[${operand}]`).join('&&');
    return `[${negated ? '^' : ''}${source}]`;
  }

  private classItem(flags: Flags): string {
    const posix = /^\[:(\^?)(\w+):\]/.exec(this.pattern.slice(this.at, this.at + 16).join(''));
    if (posix !== null && Object.hasOwn(posixClasses, posix[2]!)) {
      this.at += posix[0].length;
      const found = posixClasses[posix[2] as keyof typeof posixClasses];
      const source = flags.ignoreCase ? foldProperty(found) : found;
      return posix[1] === '^' ? `[^${source}]` : source;
    }
    const character = this.next();
    if (character === '[') return this.characterClass(flags);
    if (character === '\\') {
      const letter = this.next();
      const shorthand = escapeClass(letter);
      if (shorthand !== undefined) return shorthand;
      if (letter === 'p' || letter === 'P') return this.property(letter === 'P', flags.ignoreCase);
      if (letter === 'R' || letter === 'X' || letter === 'c' || letter === 'C' || letter === 'M') {
        this.fail(`\\${letter} in a class, which is not supported,`);
      }
      return this.range(letter === 'b' ? 8 : this.escapedPoint(letter), flags);
    }
    return this.range(character.codePointAt(0)!, flags);
  }

  private range(first: number, flags: Flags): string {
    if (!this.peek('-') || this.pattern[this.at + 1] === ']' || this.pattern[this.at + 1] === undefined) {
      return rangeSource(first, first, flags.ignoreCase);
    }
    const start = this.at++;
    const character = this.next();
    const isClass = character === '[' || (character === '\\' && /[dswhpPDSWH]/.test(this.pattern[this.at] ?? ''));
    if (isClass) {
      // A hyphen before a class is itself.
      this.at = start;
      return rangeSource(first, first, flags.ignoreCase);
    }
    const last = character === '\\' ? this.escapedPoint(this.next()) : character.codePointAt(0)!;
    if (last < first) this.fail('a range of more to less');
    return rangeSource(first, last, flags.ignoreCase);
  }
}
