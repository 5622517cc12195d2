import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { CheckpointError, MemoryFileStore, TrainingError, type TokenBatch } from '@gptloom/core';
import { openSafetensors } from '@gptloom/formats';
import { namedParameters } from '@gptloom/layers';
import {
  adamW,
  TokenDataset,
  Trainer,
  type TrainerOptions,
  type TrainingData,
  type TrainingEvent,
} from '../src/index.ts';
import { tinyModel, tinyTokens, valuesOf, type TinyModel } from './tiny-model.ts';

beforeAll(() => tf.setBackend('cpu'));

const data = TokenDataset.fromTokens(tinyTokens(400), { sequenceLength: 8 }).split({ validation: 0.2 });

const optionsOf = (store: MemoryFileStore): TrainerOptions => ({
  optimizer: adamW({ learningRate: 0.05 }),
  batchSize: 4,
  steps: 10,
  evaluation: { everySteps: 4, batches: 2 },
  checkpoint: { directory: store, everySteps: 3 },
});

async function run(
  store: MemoryFileStore,
  changes: Partial<TrainerOptions> = {},
  settings: {
    readonly model?: TinyModel;
    readonly data?: TrainingData<TokenBatch>;
    readonly leaveAt?: (event: TrainingEvent) => boolean;
  } = {},
): Promise<{ readonly events: TrainingEvent[]; readonly model: TinyModel }> {
  const model = settings.model ?? tinyModel({ rate: 0.1 });
  const options: TrainerOptions = { ...optionsOf(store), ...changes };
  const events: TrainingEvent[] = [];
  for await (const event of new Trainer(model, options).fit(settings.data ?? data)) {
    events.push(event);
    if (settings.leaveAt?.(event) === true) break;
  }
  return { events, model };
}

const weightsOf = (model: TinyModel): number[] => [...namedParameters(model).values()].flatMap(valuesOf);
const numbersOf = (events: readonly TrainingEvent[]): unknown[] =>
  events.flatMap((event) => {
    if (event.type === 'step') return [[event.step, event.loss, event.gradNorm]];
    return event.type === 'evaluation' ? [[event.step, event.validationLoss, event.trainLoss, event.best]] : [];
  });
const manifests = async (store: MemoryFileStore): Promise<string[]> =>
  (await store.list()).filter((path) => path.endsWith('manifest.json'));
const at = (type: TrainingEvent['type'], step: number) => (event: TrainingEvent) =>
  event.type === type && event.step === step;

describe('checkpoints', () => {
  it('resume bit for bit wherever a run is left, and say where', async () => {
    const whole = await run(new MemoryFileStore());
    const expected = numbersOf(whole.events);
    for (const leaveAt of [at('step', 5), at('step', 4), at('evaluation', 4), at('checkpoint', 3), at('step', 10)]) {
      const store = new MemoryFileStore();
      const first = await run(store, {}, { leaveAt });
      const second = await run(store);
      const resumed = second.events[0]!;
      expect(resumed).toMatchObject({ type: 'started', step: first.events.at(-1)!.step });
      expect([...numbersOf(first.events), ...numbersOf(second.events)]).toEqual(expected);
      expect(weightsOf(second.model)).toEqual(weightsOf(whole.model));
    }
  });

  it('keeps the newest ones, and says that a finished run is finished', async () => {
    const store = new MemoryFileStore();
    const first = await run(store);
    expect(first.events.filter(({ type }) => type === 'checkpoint').map(({ step }) => step)).toEqual([3, 6, 9, 10]);
    expect(await manifests(store)).toEqual(['step-00000009/manifest.json', 'step-00000010/manifest.json']);
    expect(first.events.at(-1)).toMatchObject({ kept: expect.stringContaining('saved as step-00000010 in memory') });
    const second = await run(store);
    expect(second.events.map(({ type }) => type)).toEqual(['started', 'finished']);
    expect(second.events.at(-1)).toMatchObject({ reason: 'steps', step: 10, alreadyFinished: true });
    expect(weightsOf(second.model)).toEqual(weightsOf(first.model));
    await run(store, { steps: 13, checkpoint: { directory: store, everySteps: 1, keep: 3 } });
    expect((await manifests(store)).length).toBe(3);
  });

  it('make a run longer when it is given more steps', async () => {
    const store = new MemoryFileStore();
    await run(store, { steps: 8 });
    const longer = await run(store, { steps: 12 });
    const whole = await run(new MemoryFileStore(), { steps: 12 });
    expect(longer.events[0]).toMatchObject({ step: 8, resumedFrom: 'step-00000008' });
    expect(weightsOf(longer.model)).toEqual(weightsOf(whole.model));
  });

  it('make a run longer that stops early, with the default interval of evaluations', async () => {
    const stopping = { evaluation: {}, earlyStopping: { patience: 100 } };
    const store = new MemoryFileStore();
    await run(store, { ...stopping, steps: 10 });
    const longer = await run(store, { ...stopping, steps: 20 });
    expect(longer.events[0]).toMatchObject({ type: 'started', step: 10 });
    const evaluated = longer.events.filter(({ type }) => type === 'evaluation').map(({ step }) => step);
    expect(evaluated).toEqual([12, 14, 16, 18, 20]);
    // Of equal steps, with an equal default: the same run, wherever it was left.
    const whole = await run(new MemoryFileStore(), { ...stopping, steps: 20 });
    const other = new MemoryFileStore();
    const first = await run(other, { ...stopping, steps: 20 }, { leaveAt: at('step', 7) });
    const second = await run(other, { ...stopping, steps: 20 });
    expect([...numbersOf(first.events), ...numbersOf(second.events)]).toEqual(numbersOf(whole.events));
    await expect(run(store, { ...stopping, steps: 20, evaluation: { everySteps: 3 } })).rejects.toThrow(
      /received evaluation everySteps: a tenth of all steps in the checkpoint, 3 now; try/,
    );
  });

  it('hold the weights as safetensors, under their paths and shapes', async () => {
    const store = new MemoryFileStore();
    const { model } = await run(store);
    const file = await openSafetensors(store, 'step-00000010/weights.safetensors');
    expect(file.tensors.get('head.weight')!.shape).toEqual([12, 6]);
    for (const [path, parameter] of namedParameters(model)) {
      expect([...(await file.readFloat32(path))]).toEqual(valuesOf(parameter));
    }
  });

  it('are written when a run is aborted', async () => {
    const store = new MemoryFileStore();
    const controller = new AbortController();
    const { events } = await run(
      store,
      { signal: controller.signal, steps: 100 },
      {
        leaveAt: (event) => {
          if (event.type === 'step' && event.step === 5) controller.abort();
          return false;
        },
      },
    );
    expect(events.slice(-2)).toMatchObject([
      { type: 'checkpoint', step: 5, path: 'step-00000005' },
      { type: 'finished', reason: 'aborted', step: 5, kept: expect.stringContaining('step 5 is saved') },
    ]);
    const resumed = await run(store, { steps: 100 }, { leaveAt: at('started', 5) });
    expect(resumed.events).toMatchObject([{ type: 'started', step: 5 }]);
  });

  it.each(['weights.safetensors', 'optimizer.safetensors', 'manifest.json'])(
    'are passed over with a warning when %s is damaged',
    async (file) => {
      for (const damage of ['cut', 'changed'] as const) {
        const store = new MemoryFileStore();
        const whole = await run(store, {}, { leaveAt: at('step', 8) });
        expect(await manifests(store)).toContain('step-00000008/manifest.json');
        const path = `step-00000008/${file}`;
        const bytes = await store.read(path);
        bytes[bytes.length - 9]! ^= 4;
        await store.write(path, damage === 'cut' ? bytes.subarray(0, bytes.length - 20) : bytes);
        const second = await run(store);
        expect(second.events.slice(0, 2)).toMatchObject([
          { type: 'started', step: 6 },
          { type: 'warning', code: 'damaged-checkpoint', message: expect.stringContaining('step-00000008') },
        ]);
        const before = numbersOf(whole.events).slice(0, 8);
        const all = numbersOf((await run(new MemoryFileStore())).events);
        expect([...before, ...numbersOf(second.events)]).toEqual(all);
      }
    },
  );

  it('do not exist without their manifest, and refuse when all are damaged', async () => {
    const store = new MemoryFileStore();
    await run(store);
    await store.remove('step-00000010/manifest.json');
    expect((await run(store, {}, { leaveAt: at('started', 9) })).events[0]).toMatchObject({ step: 9 });
    await store.write('step-00000009/manifest.json', new Uint8Array());
    await expect(run(store)).rejects.toThrow(/at least one checkpoint in memory must be whole; received 1 damaged/);
  });

  it('refuse another configuration, with the difference in words', async () => {
    const store = new MemoryFileStore();
    const first = await run(store);
    const before = await store.list();
    const fails = async (changes: Partial<TrainerOptions>, settings: Parameters<typeof run>[2], words: RegExp) => {
      const failure: unknown = await run(store, changes, settings).catch((error: unknown) => error);
      expect(CheckpointError.isInstance(failure)).toBe(true);
      expect(String(failure)).toMatch(words);
    };
    await fails({ batchSize: 5 }, {}, /received batchSize: 4 in the checkpoint, 5 now; try/);
    await fails(
      { seed: 1, maxGradNorm: 2 },
      {},
      /seed: 1337 in the checkpoint, 1 now; maxGradNorm: 1 in the checkpoint, 2 now/,
    );
    await fails(
      { optimizer: adamW({ learningRate: 0.05, beta2: 0.9 }) },
      {},
      /received optimizer beta2: 0.95 in the checkpoint, 0.9 now; try/,
    );
    const shorter = TokenDataset.fromTokens(tinyTokens(300), { sequenceLength: 8 });
    await fails(
      {},
      { data: { ...data, train: shorter } },
      /training data: 39 example\(s\).* in the checkpoint, 37 example/,
    );
    const frozen = tinyModel();
    frozen.tokens.weight.trainable = false;
    await fails({}, { model: frozen }, /parameter tokens.weight: \[12, 6\] in the checkpoint, \[12, 6\], frozen now/);
    expect(await store.list()).toEqual(before);
    expect(weightsOf((await run(store)).model)).toEqual(weightsOf(first.model));
  });

  it('carry the best weights and the patience of early stopping', async () => {
    const train = TokenDataset.fromTokens([0, 1, 2, 3, 4, 5, 6, 7, 8], { sequenceLength: 8 });
    const validation = TokenDataset.fromTokens([0, 1, 2, 3, 4, 9, 6, 10, 8], { sequenceLength: 8 });
    const stopping = {
      batchSize: 1,
      steps: 500,
      evaluation: { everySteps: 2 },
      earlyStopping: { patience: 6 },
    };
    const opposed = { train, validation };
    const whole = await run(new MemoryFileStore(), stopping, { data: opposed });
    const end = whole.events.at(-1)!;
    expect(end).toMatchObject({ type: 'finished', reason: 'early-stopping' });
    const store = new MemoryFileStore();
    await run(store, stopping, { data: opposed, leaveAt: at('step', end.step - 3) });
    const second = await run(store, stopping, { data: opposed });
    expect(second.events.at(-1)).toMatchObject({ reason: 'early-stopping', step: end.step });
    expect(weightsOf(second.model)).toEqual(weightsOf(whole.model));
    const third = await run(store, stopping, { data: opposed });
    expect(third.events.at(-1)).toMatchObject({ reason: 'early-stopping', alreadyFinished: true });
    expect(weightsOf(third.model)).toEqual(weightsOf(whole.model));
  });

  it('are never of weights that are not finite', async () => {
    const store = new MemoryFileStore();
    // Finite as the rate is, the weights it makes are not.
    const schedule = { description: 'own', rate: (step: number) => (step < 4 ? 0.05 : 3e38) };
    const changes = { optimizer: adamW({ learningRate: schedule }), checkpoint: { directory: store, everySteps: 1 } };
    const failure = await run(store, changes).catch((error: unknown) => error);
    expect(TrainingError.isInstance(failure)).toBe(true);
    expect(String(failure)).toMatch(/weights must be finite to be saved.*received \S+ in \S+ after step 5; try/);
    expect(await manifests(store)).toEqual(['step-00000003/manifest.json', 'step-00000004/manifest.json']);
  });

  it('of two runs at once are refused to the one that writes later, and nothing is lost', async () => {
    const store = new MemoryFileStore();
    const first = new Trainer(tinyModel({ rate: 0.1 }), optionsOf(store)).fit(data)[Symbol.asyncIterator]();
    const other = new Trainer(tinyModel({ rate: 0.1 }), { ...optionsOf(store), seed: 7 }).fit(data);
    const second = other[Symbol.asyncIterator]();
    const untilWritten = async (events: typeof first): Promise<void> => {
      for (;;) if ((await events.next()).value?.type === 'checkpoint') return;
    };
    // Both begin where there is nothing yet.
    await first.next();
    await second.next();
    await untilWritten(first);
    const before = await store.list();
    await expect(untilWritten(second)).rejects.toThrow(/must be written by one run at a time.*a directory of its own/s);
    expect(await store.list()).toEqual(before);
    for (;;) if ((await first.next()).done === true) break;
    const whole = await run(new MemoryFileStore());
    expect(weightsOf((await run(store)).model)).toEqual(weightsOf(whole.model));
  });

  it('of a run that another one took over are left to that one', async () => {
    const store = new MemoryFileStore();
    const first = new Trainer(tinyModel({ rate: 0.1 }), optionsOf(store)).fit(data)[Symbol.asyncIterator]();
    for (;;) if ((await first.next()).value?.type === 'checkpoint') break;
    const second = await run(store);
    expect(second.events[0]).toMatchObject({ step: 3 });
    const rest = (async (): Promise<void> => {
      for (;;) if ((await first.next()).done === true) return;
    })();
    await expect(rest).rejects.toThrow(CheckpointError);
    expect(await manifests(store)).toEqual(['step-00000009/manifest.json', 'step-00000010/manifest.json']);
  });
});
