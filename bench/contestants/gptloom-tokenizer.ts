import { createHash } from 'node:crypto';
import {
  readTexts,
  trainBpeTokenizer,
  trainCharacterBpeTokenizer,
  trainUnigramTokenizer,
  trainWordPieceTokenizer,
} from '@gptloom/tokenizer/training';
import type { Tokenizer } from '@gptloom/core';
import type { CreateContestant } from '../harness/contestant.ts';

const trainings = {
  bytes: trainBpeTokenizer,
  characters: trainCharacterBpeTokenizer,
  words: trainWordPieceTokenizer,
  unigram: trainUnigramTokenizer,
};

/** Training of a tokenizer on a file: `[training, 'lines' or 'readTexts', vocabSize, file, threads]`. */
export const create: CreateContestant = async ([training, source, size, path, threads]) => {
  const train = trainings[training as keyof typeof trainings];
  let tokenizer: Tokenizer | undefined;
  return {
    versions: {},
    async perform() {
      const text = source === 'lines' ? linesOf(path!) : readTexts(path!);
      tokenizer = await train(text, { vocabSize: Number(size), threads: Number(threads) });
    },
    check: () => `${tokenizer!.vocabSize} tokens, ${hashOf(tokenizer!)}`,
  };
};

// Every line is a document, with its end, as huggingface/tokenizers reads files: so both learn the same.
async function* linesOf(path: string): AsyncGenerator<string, void, void> {
  for await (const text of readTexts(path)) {
    for (let start = 0; start < text.length;) {
      const end = text.indexOf('\n', start) + 1 || text.length;
      yield text.slice(start, end);
      start = end;
    }
  }
}

/** A hash of the tokens, whatever their order: special ones come first in one implementation and last in another. */
function hashOf(tokenizer: Tokenizer): string {
  const { model, added_tokens: added } = JSON.parse(tokenizer.toFiles()['tokenizer.json']!) as TokenizerJson;
  const learned = Array.isArray(model.vocab) ? model.vocab.map(([token]) => token) : Object.keys(model.vocab);
  const tokens = new Set([...learned, ...added.map(({ content }) => content)]);
  const sorted = [...tokens].map((token) => Buffer.from(token)).sort(Buffer.compare);
  return createHash('sha1').update(sorted.join('\n')).digest('hex').slice(0, 8);
}

interface TokenizerJson {
  readonly model: { readonly vocab: Readonly<Record<string, number>> | readonly (readonly [string, number])[] };
  readonly added_tokens: readonly { readonly content: string }[];
}
