'use client';
// A model that trains in the visitor's browser.
import { useEffect, useState } from 'react';

async function train() {
  const { adamW, GptModel, selectBackend, TokenDataset, trainBpeTokenizer, Trainer } = await import('gptloom');
  const { threads, summary } = await selectBackend('cpu');
  const text = 'the cat sat on the mat. the dog sat on the log. '.repeat(40);
  const tokenizer = await trainBpeTokenizer(text, { vocabSize: 280 });
  const data = TokenDataset.fromText(text, tokenizer, { sequenceLength: 16 });
  const model = new GptModel(
    { vocabSize: tokenizer.vocabSize, maxSeqLen: 16, numLayers: 1, numHeads: 2, embedDim: 16 },
    { seed: 1 },
  );
  const losses = [];
  const trainer = new Trainer(model, { optimizer: adamW({ learningRate: 1e-2 }), batchSize: 4, steps: 20 });
  for await (const event of trainer.fit({ train: data })) if (event.type === 'step') losses.push(event.loss);
  return { threads, summary, losses };
}

export default function Page() {
  const [report, setReport] = useState();
  useEffect(() => {
    train().then(setReport, (error) => setReport({ error: String(error?.stack ?? error) }));
  }, []);
  return report === undefined ? <p>Training…</p> : <pre id="report">{JSON.stringify(report)}</pre>;
}
