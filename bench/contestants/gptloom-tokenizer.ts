import { readFile } from 'node:fs/promises';
import { trainBpeTokenizer } from 'gptloom';
import type { CreateContestant } from '../harness/contestant.ts';

/** Training and encoding: `['train' | 'encode', vocabSize, file with a JSON array of documents]`. */
export const create: CreateContestant = async ([work, size, path]) => {
  const documents = JSON.parse(await readFile(path!, 'utf8')) as string[];
  const vocabSize = Number(size);
  if (work === 'train') {
    let tokens = 0;
    return {
      versions: {},
      async perform() {
        tokens = (await trainBpeTokenizer(documents, { vocabSize })).vocabSize;
      },
      check: () => `${tokens} tokens`,
    };
  }
  const tokenizer = await trainBpeTokenizer(documents, { vocabSize });
  let ids = 0;
  return {
    versions: {},
    async perform() {
      ids = documents.reduce((sum, document) => sum + tokenizer.encode(document).length, 0);
    },
    check: () => `${ids} ids`,
  };
};
