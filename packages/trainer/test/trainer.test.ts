import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, ignoreIndex, TrainingError, type TokenBatch } from '@gptloom/core';
import { Linear, namedParameters } from '@gptloom/layers';
import {
  adamW,
  TokenDataset,
  Trainer,
  type Dataset,
  type Optimizer,
  type StepEvent,
  type TrainingEvent,
} from '../src/index.ts';
import golden from './golden/adamw.json' with { type: 'json' };
import { clippingFactor } from '../src/loop/gradient-window.ts';
import { tinyModel, valuesOf } from './tiny-model.ts';
import { changed, data, eventsOf, expectClose, options, stepsIn, weightsOf } from './training-helpers.ts';

beforeAll(() => tf.setBackend('cpu'));

describe('Trainer.fit', () => {
  it('learns a batch by heart, and leaves a parameter that no loss reaches alone', async () => {
    const train = TokenDataset.fromTokens([0, 1, 2, 3, 4, 5, 6, 7, 8], { sequenceLength: 8 });
    const model = tinyModel();
    const steps = stepsIn(await eventsOf(model, { steps: 150, batchSize: 1 }, { train }));
    expect(steps[0]!.loss).toBeCloseTo(Math.log(12), 2);
    expect(steps.at(-1)!.loss).toBeLessThan(0.05);
    expect(valuesOf(model.unused)).toEqual([1, 2, 3]);
  });

  it('tells what happens, in order', async () => {
    const events = await eventsOf(tinyModel(), { steps: 2, evaluation: { everySteps: 1, batches: 1 } }, data);
    expect(events.map(({ type, step }) => `${type} ${step}`)).toEqual([
      'started 0',
      'evaluation 0',
      'step 1',
      'evaluation 1',
      'step 2',
      'evaluation 2',
      'finished 2',
    ]);
    const [first] = stepsIn(events);
    expect(first).toMatchObject({ step: 1, steps: 2, learningRate: 0.05, tokens: 32 });
    expect(first!.gradNorm).toBeGreaterThan(0);
    expect(first!.tokensPerSecond).toBeGreaterThan(0);
    const evaluations = events.filter((event) => event.type === 'evaluation');
    expect(evaluations[0]!.trainLoss).toBeUndefined();
    expect(evaluations[1]!.trainLoss).toBe(first!.loss);
    expect(evaluations[2]!.perplexity).toBeCloseTo(Math.exp(evaluations[2]!.validationLoss), 10);
    expect(events.at(-1)).toMatchObject({ reason: 'steps', kept: 'the model has the weights of step 2' });
  });

  it('gives the result when awaited', async () => {
    const result = await new Trainer(tinyModel(), options()).fit(data);
    expect(result).toMatchObject({ reason: 'steps', steps: 5, restoredBest: false });
    expect(result.best!.validationLoss).toBeLessThanOrEqual(result.validationLoss!);
    expect(result.trainLoss).toBeGreaterThan(0);
  });

  it.each([
    ['without dropout', 0],
    ['with dropout', 0.3],
  ])('sums 8 passes of 1 row to the update of 1 pass of 8 rows, %s', async (_, rate) => {
    // Rows with different numbers of targets: a mean of means would differ.
    const train = changed((batch, indices) => {
      const targets = batch.targets.map((id, i) => (i % 8 < indices[Math.floor(i / 8)]! % 8 ? ignoreIndex : id));
      return { ...batch, targets };
    });
    const [one, eight] = [tinyModel({ rate }), tinyModel({ rate })];
    const whole = stepsIn(await eventsOf(one, { batchSize: 8 }, { train }));
    const parts = stepsIn(await eventsOf(eight, { batchSize: 1, gradientAccumulationSteps: 8 }, { train }));
    expectClose(
      parts.map(({ loss }) => loss),
      whole.map(({ loss }) => loss),
      1e-5,
    );
    expectClose(weightsOf(eight), weightsOf(one), 1e-4);
    expect(weightsOf(one)).not.toEqual(weightsOf(tinyModel({ rate })));
  });

  it('drops in training only', async () => {
    const still = stepsIn(await eventsOf(tinyModel({ rate: 0.5 }), { steps: 1 }));
    const none = stepsIn(await eventsOf(tinyModel(), { steps: 1 }));
    expect(still[0]!.loss).not.toBe(none[0]!.loss);
    const evaluated = await new Trainer(tinyModel({ rate: 0.5 }), options()).evaluate(data.train);
    expect(evaluated).toEqual(await new Trainer(tinyModel(), options()).evaluate(data.train));
  });

  it('runs the same twice, and differently with another seed', async () => {
    const losses = async (seed?: number): Promise<number[]> =>
      stepsIn(await eventsOf(tinyModel({ rate: 0.2 }), { seed })).map(({ loss }) => loss);
    expect(await losses()).toEqual(await losses(1337));
    expect(await losses(2)).not.toEqual(await losses());
  });

  it('hands the mean gradient to the optimizer, clipped as torch.nn.utils.clip_grad_norm_ does', async () => {
    for (const { given, norm, clipped } of golden.clipping) {
      const factor = clippingFactor(norm, 1);
      expect(Math.hypot(...given.flat())).toBeCloseTo(norm, 4);
      expectClose(
        given.flat().map((value) => value * factor),
        clipped.flat(),
        1e-6,
      );
    }
    const norms: number[] = [];
    const spy: Optimizer = {
      learningRate: () => 1,
      create: () => ({
        configuration: {},
        update: (gradients, { scale }) => {
          const all = [...gradients.values()].flatMap((gradient) => [...gradient.dataSync()]);
          norms.push(Math.hypot(...all.map((value) => value * scale)));
        },
        save: () => Promise.resolve(new Map()),
        load: () => undefined,
        dispose: () => undefined,
      }),
    };
    const run = async (maxGradNorm: number): Promise<StepEvent> =>
      stepsIn(await eventsOf(tinyModel(), { steps: 1, optimizer: spy, maxGradNorm }))[0]!;
    const { gradNorm } = await run(Infinity);
    await run(gradNorm / 2);
    await run(gradNorm * 2);
    expectClose(norms, [gradNorm, gradNorm / 2, gradNorm], 1e-5);
  });

  it('adds nothing for a pass without targets', async () => {
    const blank = changed((batch) => ({
      ...batch,
      targets: batch.globalRows[0]! % 2 === 0 ? batch.targets : batch.targets.map(() => ignoreIndex),
    }));
    const half = stepsIn(
      await eventsOf(tinyModel(), { batchSize: 1, gradientAccumulationSteps: 2, steps: 1 }, { train: blank }),
    );
    // The same two rows, of which the second has no targets.
    const masked = changed((batch) => ({
      ...batch,
      targets: batch.targets.map((id, i) => (i < 8 ? id : ignoreIndex)),
    }));
    const whole = stepsIn(await eventsOf(tinyModel(), { batchSize: 2, steps: 1 }, { train: masked }));
    expect(half[0]!.loss).toBeCloseTo(whole[0]!.loss, 5);
    expect(half[0]!.gradNorm).toBeCloseTo(whole[0]!.gradNorm, 5);
  });

  it('refuses a step without any target, and says how the examples lost theirs', async () => {
    const train = changed((batch) => ({ ...batch, targets: batch.targets.map(() => ignoreIndex) }));
    const failure = await eventsOf(tinyModel(), {}, { train }).catch((error: unknown) => error);
    expect(TrainingError.isInstance(failure)).toBe(true);
    expect(String(failure)).toMatch(/none in the 4 example\(s\) of step 1.*preview.*39 example\(s\) 0 were truncated/s);
  });

  it('refuses a loss that is not finite before it spoils the weights', async () => {
    const model = tinyModel();
    const values = Float32Array.from({ length: 12 }, (_, i) => (i === 3 ? Infinity : 0));
    tf.tidy(() => model.head.bias!.value.assign(tf.tensor1d(values)));
    const before = weightsOf(model);
    const { numTensors } = tf.memory();
    await expect(eventsOf(model)).rejects.toThrow(/still those of step 0.*loss NaN.*step 1.*lower learning rate/s);
    expect(weightsOf(model)).toEqual(before);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it.each([Infinity, Number.NaN, -1, 1e39, undefined, '0.001'])(
    'refuses a learning rate of %s before it spoils the weights',
    async (rate) => {
      const schedule = { description: 'own', rate: (step: number) => (step < 2 ? 0.01 : (rate as number)) };
      const optimizer = adamW({ learningRate: schedule });
      const twoSteps = tinyModel();
      await eventsOf(twoSteps, { optimizer, steps: 2 });
      const model = tinyModel();
      const failure = await eventsOf(model, { optimizer }).catch((error: unknown) => error);
      expect(ConfigError.isInstance(failure)).toBe(true);
      expect(String(failure)).toMatch(/still those of step 2; received .* for step 3; try: .*schedule/);
      expect(weightsOf(model)).toEqual(weightsOf(twoSteps));
    },
  );

  it('frees everything where a forward pass throws', async () => {
    const model = tinyModel();
    const lossSum = model.lossSum.bind(model);
    model.lossSum = (batch, context) => {
      lossSum(batch, context);
      throw new Error('a layer fails');
    };
    const { numTensors } = tf.memory();
    await expect(eventsOf(model)).rejects.toThrow('a layer fails');
    expect(tf.memory().numTensors).toBe(numTensors);
    model.lossSum = (batch, context) => tf.matMul(lossSum(batch, context).reshape([1, 1]), tf.ones([2, 1])).asScalar();
    await expect(eventsOf(model)).rejects.toThrow(/inner/i);
    expect(tf.memory().numTensors).toBe(numTensors);
    // The next run is not disturbed.
    model.lossSum = lossSum;
    expect(stepsIn(await eventsOf(model))).toEqual(
      stepsIn(await eventsOf(tinyModel())).map((event) => ({
        ...event,
        tokensPerSecond: expect.any(Number) as number,
      })),
    );
  });

  it('asks the model about every dataset before the first step', async () => {
    const asked: unknown[] = [];
    const model = Object.assign(tinyModel(), {
      checkDataset(dataset: unknown) {
        asked.push(dataset);
        if (dataset === data.validation) throw new ConfigError({ who: 'TinyModel', rule: 'not this one' });
      },
    });
    const trainer = new Trainer(model, options());
    expect(() => trainer.fit(data)).toThrow('TinyModel: not this one');
    expect(asked).toEqual([data.train, data.validation]);
    expect(() => trainer.evaluate(data.validation)).toThrow('TinyModel: not this one');
    await trainer.evaluate(data.train, { batches: 1 });
    expect(asked.length).toBe(4);
    expect(() => trainer.fit({ train: {} as never })).toThrow(/Trainer.fit: train must be a dataset.*an object/);
    expect(() => trainer.evaluate('text' as never)).toThrow(/Trainer.evaluate: dataset must be a dataset.*"text"/);
  });

  it('leaves frozen parameters alone, without a state for them', async () => {
    const model = tinyModel();
    model.tokens.weight.trainable = false;
    const before = valuesOf(model.tokens.weight);
    let paths: string[] = [];
    const inner = adamW({ learningRate: 0.1 });
    const optimizer: Optimizer = {
      ...inner,
      create: (parameters) => {
        paths = [...parameters.keys()];
        return inner.create(parameters);
      },
    };
    await eventsOf(model, { optimizer });
    expect(paths).toEqual(['head.weight', 'head.bias', 'unused']);
    expect(valuesOf(model.tokens.weight)).toEqual(before);
    for (const parameter of namedParameters(model).values()) parameter.trainable = false;
    await expect(eventsOf(model)).rejects.toThrow(/at least one trainable parameter/);
    model.unused.trainable = true;
    await expect(eventsOf(model)).rejects.toThrow(/loss must depend on at least one trainable parameter/);
  });

  it('holds a constant number of tensors, and leaves none', async () => {
    const model = tinyModel({ rate: 0.1 });
    const before = tf.memory().numTensors;
    const counts = new Set<number>();
    const trainer = new Trainer(model, options({ gradientAccumulationSteps: 2, earlyStopping: { patience: 9 } }));
    for await (const event of trainer.fit(data)) if (event.type === 'step') counts.add(tf.memory().numTensors);
    expect(counts.size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
    await trainer.evaluate(data.validation);
    expect(tf.memory().numTensors).toBe(before);
    for await (const event of trainer.fit(data)) if (event.type === 'step') break;
    expect(tf.memory().numTensors).toBe(before);
  });

  it('stops at the end of a step when the signal says so, and when the loop is left', async () => {
    const controller = new AbortController();
    const run = new Trainer(tinyModel(), options({ steps: 100, signal: controller.signal })).fit(data);
    let last: TrainingEvent | undefined;
    for await (const event of run) {
      last = event;
      if (event.type === 'step' && event.step === 3) controller.abort();
    }
    expect(last).toMatchObject({ type: 'finished', reason: 'aborted', step: 3 });
    expect(await run).toMatchObject({ reason: 'aborted', steps: 3 });
  });

  it('lets timers run between steps', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    const result = await new Trainer(tinyModel(), options({ steps: 1e6, signal: controller.signal })).fit(data);
    expect(result.reason).toBe('aborted');
  });

  it('stops early and restores the weights of the best evaluation', async () => {
    const train = TokenDataset.fromTokens([0, 1, 2, 3, 4, 5, 6, 7, 8], { sequenceLength: 8 });
    // What is held out contradicts what is learned, so validation gets worse after a while.
    const validation = TokenDataset.fromTokens([0, 1, 2, 3, 4, 9, 6, 10, 8], { sequenceLength: 8 });
    const model = tinyModel();
    const trainer = new Trainer(
      model,
      options({
        batchSize: 1,
        steps: 500,
        evaluation: { everySteps: 2 },
        earlyStopping: { patience: 6 },
      }),
    );
    const run = trainer.fit({ train, validation });
    const events: TrainingEvent[] = [];
    for await (const event of run) events.push(event);
    const result = await run;
    expect(result).toMatchObject({ reason: 'early-stopping', restoredBest: true });
    expect(result.steps).toBe(result.best!.step + 12);
    expect(result.steps).toBeLessThan(500);
    expect(result.kept).toContain(`best evaluation, at step ${result.best!.step}`);
    expect((await trainer.evaluate(validation)).loss).toBe(result.best!.validationLoss);
    const losses = events.flatMap((event) => (event.type === 'evaluation' ? [event.validationLoss] : []));
    expect(result.best!.validationLoss).toBe(Math.min(...losses));
    const warnings = events.filter((event) => event.type === 'warning');
    expect(warnings.map(({ code }) => code)).toEqual(['overfitting']);
    expect(warnings[0]!.message).toMatch(/keeps growing \(.*nats\)/);
  });

  it('passes the name of the adapter on, in training and in evaluation', async () => {
    const model = tinyModel();
    const seen: (string | undefined)[] = [];
    const contextFor = model.contextFor.bind(model);
    model.contextFor = (batch, { adapter, ...rest }) => {
      seen.push(adapter);
      return contextFor(batch, rest);
    };
    const settings = { steps: 1, adapter: 'poet', evaluation: { everySteps: 5, batches: 1 } };
    await eventsOf(model, settings, data);
    expect(seen).toEqual(['poet', 'poet', 'poet']);
  });

  it('tells its reporters everything, and closes them however it ends', async () => {
    const seen: string[] = [];
    const reporter = {
      report: (event: TrainingEvent) => void seen.push(event.type),
      close: () => void seen.push('closed'),
    };
    await eventsOf(tinyModel(), { steps: 1, reporters: [reporter] });
    expect(seen).toEqual(['started', 'step', 'finished', 'closed']);
    seen.length = 0;
    for await (const event of new Trainer(tinyModel(), options({ reporters: [reporter] })).fit(data)) {
      if (event.type === 'step') break;
    }
    expect(seen).toEqual(['started', 'evaluation', 'step', 'closed']);
  });

  it('refuses options and data that can not work', async () => {
    const make = (changes: object): Trainer<TokenBatch> => new Trainer(tinyModel(), options(changes));
    expect(() => make({ batchSize: 0 })).toThrow(/batchSize must be a positive integer/);
    expect(() => make({ maxGradNorm: 0 })).toThrow(/maxGradNorm must be a positive number/);
    for (const reporter of [() => 1, {}, null]) {
      expect(() => make({ reporters: [{ report: () => undefined }, reporter] })).toThrow(
        /reporters\[1\] must be an object with the method report; received .*; try: .*progressBar\(\)/,
      );
    }
    const methods = 'must be an object with the method';
    expect(() => make({ optimizer: tf.train.adam(1e-3) })).toThrow(
      new RegExp(`Trainer: optimizer ${methods}s create, learningRate; received`),
    );
    expect(() => make({ communicator: { rank: 0, size: 2 } })).toThrow(
      `communicator ${methods} allReduceSum; received`,
    );
    for (const model of [
      {},
      null,
      { lossSum: () => 1, contextFor: () => 1, countTargets: () => 1 },
      new Linear({ inDim: 1, outDim: 1 }),
    ]) {
      expect(() => new Trainer(model as never, options())).toThrow(/the model must be a Module with .*lossSum/);
    }
    expect(() => make({ learningRate: 1 })).toThrow(/no option 'learningRate'/);
    expect(() => make({ earlyStopping: { patience: 0 } })).toThrow(/patience must be a positive integer/);
    expect(() => make({ checkpoint: { directory: '', everySteps: 1 } })).toThrow(/directory must be/);
    expect(() => make({ earlyStopping: { patience: 1 } }).fit({ train: data.train })).toThrow(/needs validation data/);
    const other: Dataset<TokenBatch> = Object.assign(Object.create(data.train) as typeof data.train, {
      tokenizerFingerprint: 'a',
    });
    const another = Object.assign(Object.create(data.train) as typeof data.train, { tokenizerFingerprint: 'b' });
    expect(() => make({}).fit({ train: other, validation: another })).toThrow(/by one tokenizer; received a and b/);
    const trainer = make({ steps: 1000 });
    const first = trainer.fit(data)[Symbol.asyncIterator]();
    await first.next();
    await expect(Promise.resolve(trainer.fit(data))).rejects.toSatisfy(ConfigError.isInstance);
    await first.return();
  });
});
