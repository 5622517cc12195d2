// POST a text: how many tokens it has, and how a small model goes on.
import { ByteTokenizer, GptModel, selectBackend } from 'gptloom';

const tokenizer = new ByteTokenizer();
let loading;

function loadModel() {
  loading ??= selectBackend('simd').then(
    () =>
      new GptModel(
        { vocabSize: tokenizer.vocabSize, maxSeqLen: 64, numLayers: 1, numHeads: 2, embedDim: 16 },
        { seed: 1 },
      ),
  );
  return loading;
}

export async function POST(request) {
  const text = await request.text();
  const model = await loadModel();
  let continued = '';
  const options = { tokenizer, maxNewTokens: 8, temperature: 1, seed: 7 };
  for await (const piece of model.generateText(text, options)) continued += piece;
  return Response.json({ tokens: tokenizer.encode(text).length, continued });
}
