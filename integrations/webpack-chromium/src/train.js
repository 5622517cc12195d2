// The same training, in a page, in a worker of the page, and in Node.
import { adamW, GptModel, selectBackend, TokenDataset, trainBpeTokenizer, Trainer } from 'gptloom';

export async function train() {
  const { name, threads, summary } = await selectBackend('cpu');
  const text = 'the cat sat on the mat. the dog sat on the log. '.repeat(40);
  const tokenizer = await trainBpeTokenizer(text, { vocabSize: 280 });
  const data = TokenDataset.fromText(text, tokenizer, { sequenceLength: 16 });
  const model = new GptModel(
    { vocabSize: tokenizer.vocabSize, maxSeqLen: 16, numLayers: 1, numHeads: 2, embedDim: 16 },
    { seed: 1 },
  );
  const losses = [];
  const trainer = new Trainer(model, { optimizer: adamW({ learningRate: 1e-2 }), batchSize: 4, steps: 40 });
  for await (const event of trainer.fit({ train: data })) if (event.type === 'step') losses.push(event.loss);
  return { name, threads, summary, losses };
}
