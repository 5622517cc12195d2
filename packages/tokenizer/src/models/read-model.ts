import { isObject, objectAt, refuse } from '../tokenizer-document.ts';
import { BpeModel } from './bpe-model.ts';
import type { Model } from './model.ts';
import { UnigramModel } from './unigram-model.ts';
import { WordLevelModel } from './word-level-model.ts';
import { WordPieceModel } from './word-piece-model.ts';

const readers: Readonly<Record<string, (value: unknown) => Model>> = {
  BPE: (value) => BpeModel.read(value),
  WordPiece: (value) => WordPieceModel.read(value),
  WordLevel: (value) => WordLevelModel.read(value),
  Unigram: (value) => UnigramModel.read(value),
};

/** Reads the `model` of `tokenizer.json`; other types than BPE, WordPiece, WordLevel and Unigram are refused by name. */
export function readModel(value: unknown): Model {
  const object = objectAt('model', value);
  const type = object['type'] ?? typeByMembers(object);
  const reader = typeof type === 'string' && Object.hasOwn(readers, type) ? readers[type] : undefined;
  return reader === undefined ? refuse('model.type', 'is not supported', type ?? null) : reader(value);
}

/** Old files have no type; their members tell. */
function typeByMembers(model: Readonly<Record<string, unknown>>): string | undefined {
  if ('merges' in model) return 'BPE';
  if ('continuing_subword_prefix' in model) return 'WordPiece';
  if (isObject(model['vocab'])) return 'WordLevel';
  return Array.isArray(model['vocab']) ? 'Unigram' : undefined;
}
