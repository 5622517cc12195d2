import { readTexts, trainBpeTokenizer, type Tokenizer } from 'gptloom';
import type { CreateContestant } from '../harness/contestant.ts';

/** Training of byte-level BPE on the lines of a file: `[vocabSize, file, threads]`. */
export const create: CreateContestant = async ([size, path, threads]) => {
  let tokenizer: Tokenizer | undefined;
  return {
    versions: {},
    async perform() {
      const options = { vocabSize: Number(size), threads: Number(threads) };
      tokenizer = await trainBpeTokenizer(linesOf(path!), options);
    },
    check: () => `${tokenizer!.vocabSize} tokens, last ${JSON.stringify(lastToken(tokenizer!))}`,
  };
};

// Every line is a document, with its end, as huggingface/tokenizers reads files: so both learn the same merges.
async function* linesOf(path: string): AsyncGenerator<string, void, void> {
  for await (const text of readTexts(path)) {
    for (let start = 0; start < text.length;) {
      const end = text.indexOf('\n', start) + 1 || text.length;
      yield text.slice(start, end);
      start = end;
    }
  }
}

/** The last token that was learned; two special ones follow. */
function lastToken(tokenizer: Tokenizer): string {
  return new TextDecoder().decode(tokenizer.tokenBytes(tokenizer.vocabSize - 3));
}
