// The parts that patterns have in common.
const contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const before = '[^\\r\\n\\p{L}\\p{N}]?';
const upper = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const lower = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
const signs = ' ?[^\\s\\p{L}\\p{N}]+';
const spaces = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';

/** The pattern of GPT-2 as its files have it. */
export const gpt2Source = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

const digits = (most: number): string => (most === 1 ? '\\p{N}' : `\\p{N}{1,${most}}`);

/**
 * The pattern of cl100k, Llama 3 and Qwen as files of huggingface/tokenizers have it.
 *
 * @param mostDigits digits of one word
 */
export function cl100kSource(mostDigits: number): string {
  return `${contraction}|${before}\\p{L}+|${digits(mostDigits)}|${signs}[\\r\\n]*|${spaces}`;
}

/**
 * The pattern of o200k and Mistral's Tekken as files of huggingface/tokenizers have it.
 *
 * @param mostDigits digits of one word
 * @param contractions whether a word takes a contraction such as `'s` with it
 */
export function o200kSource(mostDigits: number, contractions: boolean): string {
  const after = contractions ? `${contraction}?` : '';
  return `${before}${upper}*${lower}+${after}|${before}${upper}+${lower}*${after}|${digits(mostDigits)}|${signs}[\\r\\n/]*|${spaces}`;
}
