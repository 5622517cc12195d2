import { check, checkOptions, type AllowedSpecial, type Tokenizer } from '@gptloom/core';
import { allowedSpecialRule } from '../added-tokens/allowed-special.ts';
import { tokenPieces } from './token-pieces.ts';

/** How a text is shown in tokens. */
export interface ColorTokensOptions {
  /** Colours of a terminal (ANSI escapes) or a piece of HTML. Default `ansi`. */
  readonly format?: 'ansi' | 'html' | undefined;
  /** Which special tokens may come out of the text: none (default), all, or those named. */
  readonly allowedSpecial?: AllowedSpecial | undefined;
}

// Backgrounds on which black reads well, neighbours easy to tell apart, also for most who do not see all colours.
const ansiBackgrounds = [153, 223, 157, 225, 229, 189];
const htmlBackgrounds = ['#b3d9ff', '#ffd8a8', '#b8f2c0', '#ffd6f2', '#fff3a3', '#d6d0ff'];

/** Control characters as pictures, so that a text can not command the terminal; newlines and tabs stay. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (character) => {
    const code = character.charCodeAt(0);
    if (code === 0x7f) return '\u2421';
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character]!);

/**
 * A text with each token on a colour of its own, for a terminal or for a page. HTML spans name their ids as `title`, and
 * characters that are several tokens are one span.
 *
 * ```ts
 * import { colorTokens } from '@gptloom/tokenizer/report';
 * import { trainBpeTokenizer } from '@gptloom/tokenizer/training';
 *
 * const tokenizer = await trainBpeTokenizer('to be or not to be', { vocabSize: 270 });
 * console.log(colorTokens(tokenizer, 'not to be'));
 * console.log(colorTokens(tokenizer, 'not to be', { format: 'html' }));
 * ```
 *
 * @throws TokenizerError where the vocabulary knows neither the text nor a token for unknown text
 */
export function colorTokens(tokenizer: Tokenizer, text: string, options: ColorTokensOptions = {}): string {
  checkOptions('colorTokens', options, {
    format: check.optional(check.oneOf('ansi', 'html')),
    allowedSpecial: allowedSpecialRule,
  });
  const { format = 'ansi', allowedSpecial = 'none' } = options;
  let color = 0;
  const shown = tokenPieces(tokenizer, text, allowedSpecial).map(({ text: piece, ids }) => {
    const safe = printable(piece);
    if (format === 'html') {
      if (ids.length === 0) return escapeHtml(safe);
      const background = htmlBackgrounds[color++ % htmlBackgrounds.length]!;
      return `<span title="${ids.join(' ')}" style="background:${background};color:#000">${escapeHtml(safe)}</span>`;
    }
    if (ids.length === 0) return safe;
    const start = `\u001b[30;48;5;${ansiBackgrounds[color++ % ansiBackgrounds.length]!}m`;
    // A background that goes over the end of a line fills the rest of it.
    return `${start}${safe.replaceAll('\n', `\u23ce\u001b[0m\n${start}`)}\u001b[0m`;
  });
  return format === 'html' ? `<pre class="tokens">${shown.join('')}</pre>` : shown.join('');
}
