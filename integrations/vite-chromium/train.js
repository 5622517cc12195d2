// The same training, in a page and in Node.
import { adamW, GptModel, MemoryFileStore, selectBackend, TokenDataset, trainBpeTokenizer, Trainer } from 'gptloom';

export async function train(backendName, options = {}) {
  const backend = await selectBackend(backendName, options);
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

  const continueText = async (someModel) => {
    let continued = '';
    const options = { tokenizer, maxNewTokens: 8, temperature: 0 };
    for await (const piece of someModel.generateText('the cat', options)) continued += piece;
    return continued;
  };
  const store = new MemoryFileStore();
  await model.save(store, { tokenizer });
  const reloaded = await GptModel.fromPretrained(store);
  const { name, threads, summary } = backend;
  return {
    ...{ name, threads, summary, losses },
    text: await continueText(model),
    reloadedText: await continueText(reloaded),
  };
}
