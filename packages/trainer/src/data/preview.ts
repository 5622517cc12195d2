import { check, checkOptions, ignoreIndex } from '@gptloom/core';
import type { LabelBatch, TokenBatch, Tokenizer } from '@gptloom/core';
import type { Dataset } from './dataset.ts';

/** How a dataset is shown. */
export interface PreviewOptions {
  /** The tokenizer that made the dataset. */
  readonly tokenizer: Tokenizer;
  /** Examples to show, from the first one on. Default 3. */
  readonly rows?: number | undefined;
  /** Characters per line. Default 100. */
  readonly width?: number | undefined;
}

interface Cell {
  readonly token: string;
  readonly weight: string;
}

function showToken(tokenizer: Tokenizer, id: number): string {
  const text = tokenizer.decode([id], { keepSpecial: true });
  if (text === '') return `<${id}>`;
  return text.replaceAll(' ', '·').replaceAll('\n', '⏎').replaceAll('\t', '⇥').replaceAll('\r', '␍');
}

function cellsOf(batch: TokenBatch | LabelBatch, row: number, options: PreviewOptions): Cell[] {
  const at = row * batch.time;
  const length = batch.lengths[row]!;
  const ids = [...batch.inputIds.subarray(at, at + length)];
  if ('labels' in batch) {
    return ids.map((id, i) => ({
      token: showToken(options.tokenizer, id),
      weight: i === length - 1 ? `=${batch.labels[row]}` : '',
    }));
  }
  // Every token is shown above the weight with which it is learned; the first one is only read.
  const weights = ids.map((_, i) => (batch.targets[at + i] === ignoreIndex ? 0 : (batch.lossWeights?.[at + i] ?? 1)));
  const last = batch.targets[at + length - 1]!;
  if (last !== ignoreIndex) ids.push(last);
  return ids.map((id, i) => ({
    token: showToken(options.tokenizer, id),
    weight: i === 0 || weights[i - 1] === 0 ? '' : String(weights[i - 1]),
  }));
}

function wrapCells(cells: readonly Cell[], width: number): string[] {
  const lines: string[] = [];
  let tokens = '';
  let weights = '';
  const flush = (): void => {
    if (tokens !== '') lines.push(`  ${tokens.trimEnd()}`, `  ${weights.trimEnd()}`.trimEnd());
    tokens = weights = '';
  };
  for (const { token, weight } of cells) {
    const size = Math.max([...token].length, weight.length) + 1;
    if (tokens.length + size > width - 2) flush();
    tokens += token.padEnd(size);
    weights += weight.padEnd(size);
  }
  flush();
  return lines;
}

/**
 * Text that shows what a dataset teaches: a cell for every token (`·` is a space, `⏎` a new line) and under it the
 * weight of its loss, nothing where the token is only read. Labels stand under the token where the classifier reads, as
 * `=1` for class 1. Look at it before a long run: most failures of fine-tuning can be seen here.
 *
 * @throws ConfigError for an option that breaks its rule; TokenizerError for a dataset with ids that the tokenizer does not have
 */
export function preview(dataset: Dataset<TokenBatch> | Dataset<LabelBatch>, options: PreviewOptions): string {
  checkOptions('preview', options, {
    tokenizer: check.object,
    rows: check.optional(check.positiveInteger),
    width: check.optional(check.positiveInteger),
  });
  const { rows = 3, width = 100 } = options;
  const indices = Array.from({ length: Math.min(rows, dataset.size) }, (_, i) => i);
  const lines = indices.flatMap((index) => {
    // One example a batch, so that a long one does not pad the others.
    const batch = dataset.batch([index], [0]);
    return [`example ${index}`, ...wrapCells(cellsOf(batch, 0, options), width)];
  });
  return lines.join('\n');
}
