import type { LabelBatch, TokenBatch } from '@gptloom/core';
import type { SequenceClassifier } from '@gptloom/finetune';
import type { GptModel } from '@gptloom/gpt-model';
import { Trainer, type LabelDataset, type TokenDataset, type TrainerOptions } from '@gptloom/trainer';
import { expectTypeOf, test } from 'vitest';

declare const model: GptModel;
declare const classifier: SequenceClassifier;
declare const options: TrainerOptions;
declare const tokens: TokenDataset;
declare const labels: LabelDataset;

test('a language model is trained on tokens, and a classifier on labels', () => {
  expectTypeOf(new Trainer(model, options)).toEqualTypeOf<Trainer<TokenBatch>>();
  expectTypeOf(new Trainer(classifier, options)).toEqualTypeOf<Trainer<LabelBatch>>();
  void new Trainer(model, options).fit({ train: tokens, validation: tokens });
  // @ts-expect-error -- labels are no targets
  void new Trainer(model, options).fit({ train: labels });
  // @ts-expect-error -- nor to validate on
  void new Trainer(model, options).fit({ train: tokens, validation: labels });
  void new Trainer(classifier, options).fit({ train: labels });
  // @ts-expect-error -- a stream of tokens has no labels
  void new Trainer(classifier, options).fit({ train: tokens });
});
