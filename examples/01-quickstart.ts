// %% [markdown]
// # A GPT from nothing
//
// A notebook as a script: read it top to bottom, or run it with `npm start`. It trains a tokenizer, builds a GPT,
// pretrains it on a small world of stories, fine-tunes it to answer questions and to tell how a story ends, measures it
// on people and places it has never met, writes a story, and saves and loads what it made.

// %%
import {
  adamW,
  answerPrompt,
  confusionMatrix,
  cosineSchedule,
  evaluateText,
  exactMatch,
  formatConfusionMatrix,
  GptModel,
  LabelDataset,
  loadTokenizer,
  majorityBaseline,
  preview,
  PromptDataset,
  selectBackend,
  SequenceClassifier,
  TokenDataset,
  trainBagOfWords,
  trainBpeTokenizer,
  Trainer,
  type BackendRequest,
  type LabelExample,
  type PromptExample,
  type RowBatch,
  type Trainable,
} from 'gptloom';
import { progressBar } from 'gptloom/node';
import { startSession } from './program/session.ts';
import { beginningOf } from './program/beginning-of.ts';
import { readCommandLine, usage } from './quickstart/command-line.ts';
import { formatLabelTable } from './quickstart/label-table.ts';
import { chooseSizes, type TrainingSize } from './quickstart/sizes.ts';
import { generateStories, mirrorStory, type Story } from './story-world/index.ts';

const session = startSession({ usage, read: readCommandLine }); // the command line, Ctrl-C, and errors in one line
const { seed, save, text } = session.options;
const heading = (title: string): void => console.log(`\n# ${title}`);

// %% [markdown]
// ## The device
// GPU or CPU in one line. The summary says what was chosen and why the others were not.

// %%
heading('Device');
const backend = await selectBackend(session.options.backend as BackendRequest);
console.log(backend.summary);
const sizes = chooseSizes(session.options, backend.name);

// %% [markdown]
// ## The text
// Stories of a made-up world in which everything that is true is known: who was where with whom, what they found and
// lost, and how they felt in the end. So later questions have true answers.

// %%
heading('Text');
const stories = generateStories({ seed, count: sizes.stories, cast: 'training' });
const documents = text === undefined ? stories.map((story) => story.text) : [text.content];
const characters = documents.reduce((sum, document) => sum + document.length, 0);
console.log(`${characters} characters from ${text?.path ?? `${documents.length} stories`}:`);
console.log(beginningOf(documents[0]!, 240));

// %% [markdown]
// ## The tokenizer
// Byte-level BPE: frequent pieces of words become tokens. It reads any text, and gives back exactly what it read.

// %%
heading('Tokenizer');
const tokenizer = await trainBpeTokenizer(documents, { vocabSize: sizes.vocabSize });
const sample = beginningOf(documents[0]!, 80);
const pieces = tokenizer.encode(sample).map((id) => tokenizer.decode([id]));
console.log(`${tokenizer.vocabSize} tokens, ${(sample.length / pieces.length).toFixed(1)} characters each here:`);
console.log(pieces.join('|').replaceAll('\n', '⏎'));

// %% [markdown]
// ## The model
// A small GPT-2. Every size is an option, and every layer can be replaced by one of your own.

// %%
heading('Model');
const model = new GptModel({ ...sizes.model, vocabSize: tokenizer.vocabSize }, { seed });
console.log(model.summary({ batchSize: sizes.pretraining.batchSize }));

// %% [markdown]
// ## Pretraining
// The model learns to predict the next token. The last tenth of the text is held out, and the loss there is the honest
// one. Perplexity 1 would be certainty; bits per byte compare models with different tokenizers.

// %%
heading('Pretraining');
const dataset = TokenDataset.fromText(documents, tokenizer, { sequenceLength: sizes.sequenceLength });
const { train, validation } = dataset.split({ validation: 0.1 });
// Well inside the part that is held out.
const heldOut =
  text === undefined
    ? documents.slice(-100)
    : text.content.slice(-Math.min(10_000, Math.floor(0.08 * text.content.length)));
const scoreText = async (): Promise<string> => {
  const { meanNats, perplexity, bitsPerByte } = await evaluateText(model, tokenizer, heldOut);
  return `loss ${meanNats.toFixed(3)}, perplexity ${perplexity.toFixed(2)}, ${bitsPerByte.toFixed(3)} bits per byte`;
};
console.log(`held-out text before: ${await scoreText()}`);
await session.train(trainerOf(model, sizes.pretraining).fit({ train, validation }), async () => {
  await model.save(`${save}/pretrained`, { tokenizer });
  return `${save}/pretrained`;
});
console.log(`held-out text after:  ${await scoreText()}`);

// %% [markdown]
// ## Writing
// Text appears as it is generated, one piece after the other.

// %%
heading('Writing');
const opening = text === undefined ? 'One day' : beginningOf(text.content, 20);
process.stdout.write(opening);
for await (const piece of model.generateText(opening, { tokenizer, maxNewTokens: 60, temperature: 0.7, seed })) {
  process.stdout.write(piece);
}
console.log();

// %% [markdown]
// ## Saving and loading
// The directory is laid out as on Hugging Face; transformers loads it as `GPT2LMHeadModel`.

// %%
heading('Saving and loading');
const loaded = await GptModel.fromPretrained(`${save}/pretrained`);
const loadedTokenizer = await loadTokenizer(`${save}/pretrained`);
const greedy = { maxNewTokens: 24, temperature: 0 };
const original = await model.generateText(opening, { tokenizer, ...greedy });
const again = await loaded.generateText(opening, { tokenizer: loadedTokenizer, ...greedy });
console.log(`saved in ${save}/pretrained and loaded again`);
console.log(`${original.text === again.text ? 'both' : 'NOT both'} continue "${opening}" with "${again.text}"`);

if (text !== undefined) session.finish('Fine-tuning needs texts whose truth is known; run without --text to see it.');

// %% [markdown]
// ## Answering questions
// Fine-tuning on a story with a question and the true answer. Only the answer is learned: the preview shows the weight of
// every token below it. Afterwards the questions are about people and places that no training story names.

// %%
heading('Answering questions');
const unseen = generateStories({ seed, count: sizes.heldOutStories, cast: 'heldOut' });
const answerer = loaded; // fine-tuning starts from the pretrained weights
const pairsOf = (from: readonly Story[]): PromptExample[] =>
  from.flatMap(({ premise, questions }) =>
    questions.map(({ question, answer }) => ({ prompt: `${premise} ${question}`, answer: ` ${answer}` })),
  );
const pairs = PromptDataset.fromExamples(pairsOf(stories), tokenizer, { sequenceLength: answerer.maxSeqLen });
console.log(`${pairs.report.examples} pairs, ${pairs.report.dropped} too long. The first one:`);
console.log(preview(pairs, { tokenizer, rows: 1 }));
const asked = pairsOf(unseen.slice(0, sizes.askedStories));
const answerAll = async (): Promise<string[]> => {
  const answers: string[] = [];
  for (const { prompt } of asked) {
    answers.push((await answerPrompt(answerer, prompt, { tokenizer, maxNewTokens: 12 })).text);
  }
  return answers;
};
const references = asked.map(({ answer }) => answer);
const before = exactMatch(references, await answerAll());
await session.train(trainerOf(answerer, sizes.answering).fit({ train: pairs }), async () => {
  await answerer.save(`${save}/answering`, { tokenizer });
  return `${save}/answering`;
});
const answers = await answerAll();
asked.slice(0, 6).forEach(({ prompt, answer }, i) => console.log(`${prompt}\n  says${answers[i]}; true is${answer}`));
console.log(
  `exactly right on ${asked.length} held-out questions: ${percent(before)} before, ${percent(exactMatch(references, answers))} after`,
);

// %% [markdown]
// ## Telling how a story ends
// Is the hero happy or sad in the end? What happens last decides, and some stories are told backwards. Every story comes
// with a twin of the same words and the other mood, so counting words can not tell. The held-out stories are about
// people and places that the model has never met.

// %%
heading('Telling how a story ends');
const labels = ['happy', 'sad'];
const withTwins = (from: readonly Story[]): (LabelExample & { readonly backwards: boolean })[] =>
  from
    .flatMap((story) => [story, mirrorStory(story)])
    .map(({ premise, label, facts }) => ({ text: premise, label, backwards: facts.backwards }));
const known = withTwins(stories);
const tests = withTwins(unseen);
const truth = tests.map(({ label }) => label);
const classify = async (base: GptModel, training?: TrainingSize): Promise<string[]> => {
  const classifier = new SequenceClassifier(base, { labels, seed });
  if (training !== undefined) {
    const moods = LabelDataset.fromExamples(known, tokenizer, { labels, sequenceLength: base.maxSeqLen });
    await session.train(trainerOf(classifier, training).fit({ train: moods }), async () => {
      await classifier.save(`${save}/moods`, { tokenizer });
      return `${save}/moods`;
    });
  }
  const results = await classifier.classify(
    tests.map((test) => test.text),
    { tokenizer },
  );
  classifier.dispose();
  return results.map(({ label }) => label);
};
const fineTuned = await classify(await GptModel.fromPretrained(`${save}/pretrained`), sizes.labelling);
const untrained = await classify(new GptModel(model.config, { seed }));
const bagOfWords = trainBagOfWords(known.slice(0, 4000));
const majority = majorityBaseline(known.map(({ label }) => label));
console.log(`${tests.length} held-out stories; precision, recall and F1 are means over the labels`);
console.log(
  formatLabelTable(truth, [
    { name: 'fine-tuned', predicted: fineTuned },
    { name: 'untrained', predicted: untrained },
    { name: 'bag of words', predicted: tests.map((test) => bagOfWords.predict(test.text)) },
    { name: 'majority', predicted: tests.map(() => majority.predict()) },
  ]),
);
console.log(formatConfusionMatrix(confusionMatrix(truth, fineTuned)));
const rightAmong = (backwards: boolean): string => {
  const chosen = [...tests.keys()].filter((i) => tests[i]!.backwards === backwards);
  return `${percent(chosen.filter((i) => fineTuned[i] === truth[i]).length / chosen.length)} of ${chosen.length}`;
};
console.log(`right about stories told in order: ${rightAmong(false)}; told backwards: ${rightAmong(true)}`);
console.log(`\nEverything is in ${save}. Next: npm start -- --text FILE trains on your own text.`);

// %% [markdown]
// ## How training is set up
// One recipe serves all three: AdamW with a warm-up and a cosine, and the progress bar as a reporter.

// %%
function trainerOf<Batch extends RowBatch>(trained: Trainable<Batch>, size: TrainingSize): Trainer<Batch> {
  const { steps, learningRate: peak, batchSize } = size;
  const warmupSteps = Math.min(steps - 1, Math.ceil(steps / 20));
  const learningRate = cosineSchedule({ peak, warmupSteps, totalSteps: steps });
  return new Trainer(trained, {
    optimizer: adamW({ learningRate }),
    batchSize,
    steps,
    seed,
    evaluation: { everySteps: Math.ceil(steps / 4), batches: 8 },
    reporters: [progressBar()],
    signal: session.signal,
  });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
