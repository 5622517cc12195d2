// %% [markdown]
// # Shakespeare, character by character
//
// nanoGPT's small run in JavaScript: a GPT of 0.8 million parameters reads tinyshakespeare one character at a time and
// learns to write like it. Same model, batches, learning rates and evaluations, so that losses and times compare:
// https://github.com/karpathy/nanoGPT, "I only have a macbook". Run it with `npm run shakespeare -- --data input.txt`.

// %%
import {
  adamW,
  CharTokenizer,
  cosineSchedule,
  GptModel,
  selectBackend,
  TokenDataset,
  Trainer,
  type BackendRequest,
  type Reporter,
} from 'gptloom';
import { jsonLines, progressBar } from 'gptloom/node';
import { beginningOf } from './program/beginning-of.ts';
import { startSession } from './program/session.ts';
import { readCommandLine, usage } from './shakespeare/command-line.ts';
import { drawLossCurve, readLosses } from './shakespeare/loss-curve.ts';
import { generateStories } from './story-world/index.ts';

const session = startSession({ usage, read: readCommandLine }); // Ctrl-C, and errors in one line
const { data, seed, steps, save, smoke } = session.options;
const heading = (title: string): void => console.log(`\n# ${title}`);

// %%
heading('Device');
const backend = await selectBackend(session.options.backend as BackendRequest);
console.log(backend.summary);

// %% [markdown]
// ## The text
// One token a character: the simplest tokenizer there is. The last tenth of the text is held out. Examples begin at every
// character (a stride of 1), as nanoGPT draws them.

// %%
heading('Text');
const madeUp = (): string =>
  generateStories({ seed, count: smoke ? 100 : 6000, cast: 'training' })
    .map((story) => story.text)
    .join('\n\n');
const text = data?.content ?? madeUp();
const source = data?.path ?? 'made-up stories, for want of --data FILE';
const tokenizer = CharTokenizer.train(text);
console.log(`${text.length} characters, ${tokenizer.characters.length} different ones: ${source}`);
const sequenceLength = 64;
const dataset = TokenDataset.fromText(text, tokenizer, { sequenceLength, stride: 1 });
const { train, validation } = dataset.split({ validation: 0.1 });

// %%
heading('Model');
const model = new GptModel(
  {
    vocabSize: tokenizer.vocabSize, // the characters, an end and a padding token
    maxSeqLen: sequenceLength,
    numLayers: 4,
    numHeads: 4,
    embedDim: 128,
    dropout: 0,
    bias: false,
  },
  { seed },
);
const batchSize = 12;
console.log(model.summary({ batchSize }));

// %% [markdown]
// ## Training
// The run lives in a directory: kill it at any moment, and the same command goes on where its newest checkpoint stands, to
// the same losses as if nothing had happened. Reporters follow it; the second one here is of our own and, as nanoGPT does,
// looks at 20 batches of each part whenever validation data are evaluated: at the start and after every eighth of the steps.

// %%
heading('Training');
const batches = smoke ? 2 : 20;
const everySteps = Math.ceil(steps / 8);
const events = `${save}/events.jsonl`;
const evaluations: Reporter = {
  async report(event) {
    if (event.type !== 'evaluation') return;
    const { loss } = await trainer.evaluate(train, { batches });
    const losses = `train loss ${loss.toFixed(4)}, validation loss ${event.validationLoss.toFixed(4)}`;
    console.log(`${process.stdout.isTTY ? '\r\x1b[K' : ''}step ${event.step}: ${losses}`);
  },
};
const trainer = new Trainer(model, {
  optimizer: adamW({
    learningRate: cosineSchedule({ peak: 1e-3, final: 1e-4, warmupSteps: Math.min(100, steps), totalSteps: steps }),
    beta1: 0.9,
    beta2: 0.99,
    weightDecay: 0.1,
  }),
  batchSize,
  steps,
  maxGradNorm: 1,
  seed,
  evaluation: { everySteps, batches },
  checkpoint: { directory: `${save}/checkpoints`, everySteps },
  reporters: [jsonLines({ path: events }), evaluations, progressBar()],
  signal: session.signal,
});
const started = performance.now();
const result = await session.train(trainer.fit({ train, validation }), async () => {
  await model.save(`${save}/model`, { tokenizer });
  return `${save}/model; the same command goes on from there`;
});
console.log(`validation loss ${result.validationLoss!.toFixed(4)} after ${result.steps} steps`);
console.log(`this took ${((performance.now() - started) / 1000).toFixed(1)} s, evaluations and checkpoints included`);

// %%
heading('Losses');
console.log(drawLossCurve(await readLosses(events)));

// %% [markdown]
// ## Writing
// 500 characters in the model's own words, one after the other.

// %%
heading('Writing');
const opening = text.includes('\n') ? '\n' : beginningOf(text, 2);
for await (const piece of model.generateText(opening, {
  tokenizer,
  maxNewTokens: smoke ? 20 : 500,
  temperature: 0.8,
  seed,
})) {
  process.stdout.write(piece);
}
console.log(
  `\n\nThe run is in ${save}, the model in ${save}/model: GptModel.fromPretrained('${save}/model') loads it.`,
);
