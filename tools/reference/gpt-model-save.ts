// Saves small GPT-2 style models with their logits, for gpt_model_check_saved.py to compare with transformers.
// usage: node --conditions=gptloom-source tools/reference/gpt-model-save.ts DIRECTORY
import { writeFileSync } from 'node:fs';
import { GptModel, selectBackend, trainBpeTokenizer, type GptConfig } from 'gptloom';

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: gpt-model-save.ts DIRECTORY');
await selectBackend('tfjs-cpu');
const tokenizer = await trainBpeTokenizer('the cat sat on the mat and the rat ran. '.repeat(20), { vocabSize: 280 });
const base: GptConfig = { vocabSize: tokenizer.vocabSize, maxSeqLen: 16, numLayers: 3, numHeads: 4, embedDim: 32 };
const variants: Record<string, GptConfig> = {
  plain: base,
  'no-bias': { ...base, bias: false },
  untied: { ...base, tiedOutput: false },
  'exact-gelu': { ...base, activation: 'gelu-exact', intermediateDim: 48 },
};
for (const [name, config] of Object.entries(variants)) {
  const model = new GptModel(config, { seed: 7 });
  await model.save(`${directory}/${name}`, { tokenizer });
  const ids = [tokenizer.encode('the cat ran on the rat').slice(0, 10)];
  const logits = model.logits(ids);
  writeFileSync(`${directory}/${name}/logits.json`, JSON.stringify({ ids, logits: [...(await logits.data())] }));
  logits.dispose();
  model.dispose();
}
