// ES modules on the oldest Node: train, save, load, and get the same text back.
import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adamW, GptModel, selectBackend, TokenDataset, trainBpeTokenizer, Trainer } from 'gptloom';

assert.equal(process.version, 'v20.19.0');
// More threads than many machines have processors: none of them keeps the process alive.
process.env['GPTLOOM_THREADS'] = '3';
const backend = await selectBackend('cpu');
assert.match(backend.summary, /^simd: CPU, 3 threads/);
const text = 'the cat sat on the mat. the dog sat on the log. '.repeat(40);
const tokenizer = await trainBpeTokenizer(text, { vocabSize: 280 });
const train = TokenDataset.fromText(text, tokenizer, { sequenceLength: 16 });
const model = new GptModel(
  { vocabSize: tokenizer.vocabSize, maxSeqLen: 16, numLayers: 1, numHeads: 2, embedDim: 16 },
  { seed: 1 },
);
const losses = [];
const trainer = new Trainer(model, { optimizer: adamW({ learningRate: 1e-2 }), batchSize: 4, steps: 40 });
for await (const event of trainer.fit({ train })) if (event.type === 'step') losses.push(event.loss);
assert.ok(losses.at(-1) < 0.7 * losses[0], `the loss went from ${losses[0]} to ${losses.at(-1)}`);

const continueText = async (someModel) => {
  let continued = '';
  const options = { tokenizer, maxNewTokens: 8, temperature: 0 };
  for await (const piece of someModel.generateText('the cat', options)) continued += piece;
  return continued;
};
const directory = join(await mkdtemp(join(tmpdir(), 'gptloom-')), 'model');
await model.save(directory, { tokenizer });
assert.equal(await continueText(await GptModel.fromPretrained(directory)), await continueText(model));
console.log(
  `ok: Node ${process.version}, ES modules, ${backend.summary}; loss ${losses[0].toFixed(2)} to ${losses.at(-1).toFixed(2)}`,
);
