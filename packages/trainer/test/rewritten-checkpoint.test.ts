import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { MemoryFileStore, TrainingError } from '@gptloom/core';
import { adamW, TokenDataset, Trainer, type TrainingEvent } from '../src/index.ts';
import { tinyModel, tinyTokens } from './tiny-model.ts';

beforeAll(() => tf.setBackend('cpu'));

const data = TokenDataset.fromTokens(tinyTokens(400), { sequenceLength: 8 }).split({ validation: 0.2 });

/** A store on a disk that is full: everything works but writing. */
class WatchedStore extends MemoryFileStore {
  refuses = (_path: string): boolean => false;
  readonly written: string[] = [];

  override async write(...[path, content]: Parameters<MemoryFileStore['write']>): Promise<void> {
    if (this.refuses(path)) throw new TrainingError({ who: 'WatchedStore', rule: 'the disk is full' });
    this.written.push(path);
    await super.write(path, content);
  }
}

async function run(store: MemoryFileStore, leaveAt?: string, keep = 1): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  const trainer = new Trainer(tinyModel(), {
    optimizer: adamW({ learningRate: 0.05 }),
    batchSize: 4,
    steps: 4,
    evaluation: { everySteps: 2, batches: 2 },
    earlyStopping: { patience: 50 },
    checkpoint: { directory: store, everySteps: 100, keep },
  });
  for await (const event of trainer.fit(data)) {
    events.push(event);
    if (`${event.type} ${event.step}` === leaveAt) break;
  }
  return events;
}

const files = (step: number, ...names: string[]): string[] => names.map((name) => `step-0000000${step}/${name}`);
const whole = ['manifest.json', 'optimizer.safetensors', 'weights.safetensors'];

describe('a checkpoint that is written again', () => {
  it('gets a new manifest and new best weights; the rest stays', async () => {
    const store = new WatchedStore();
    // Left after its last step, before the evaluation that is due there.
    await run(store, 'step 4');
    expect(await store.list()).toEqual([...files(4, 'best-step-00000002.safetensors', ...whole), 'writer']);
    store.written.length = 0;
    const events = await run(store);
    expect(events.at(-1)).toMatchObject({ type: 'finished', reason: 'steps', step: 4 });
    expect(events.find(({ type }) => type === 'evaluation')).toMatchObject({ best: { step: 4 } });
    expect(store.written).toEqual(['writer', ...files(4, 'best-step-00000004.safetensors', 'manifest.json')]);
    expect(await store.list()).toEqual([...files(4, 'best-step-00000004.safetensors', ...whole), 'writer']);
    expect((await run(store)).at(-1)).toMatchObject({ alreadyFinished: true, reason: 'steps' });
  });

  it.each(['best-step-00000004.safetensors', 'manifest.json', ''])(
    'stays whole where writing %s fails',
    async (name) => {
      const store = new WatchedStore();
      await run(store, 'step 4');
      store.refuses = (path) => path.endsWith(name);
      await expect(run(store)).rejects.toThrow('the disk is full');
      store.refuses = () => false;
      const events = await run(store);
      expect(events[0]).toMatchObject({ type: 'started', step: 4, resumedFrom: 'step-00000004' });
      expect(events.filter(({ type }) => type === 'warning')).toEqual([]);
      expect(events.at(-1)).toMatchObject({ type: 'finished', reason: 'steps', alreadyFinished: false });
      const untroubled = await run(new MemoryFileStore());
      const evaluation = (found: TrainingEvent[]): unknown => found.findLast(({ type }) => type === 'evaluation');
      expect(evaluation(events)).toEqual(evaluation(untroubled));
    },
  );

  it('is not dropped in favor of a newer one that is damaged', async () => {
    const store = new WatchedStore();
    await run(store, 'step 1', 3);
    await run(store, 'step 3', 3);
    await store.write('step-00000003/weights.safetensors', new Uint8Array(3));
    await run(store, 'step 2');
    const events = await run(store, 'started 2');
    expect(events[0]).toMatchObject({ type: 'started', step: 2, resumedFrom: 'step-00000002' });
    // The damaged one is written anew when its step is reached.
    await run(store, 'step 3');
    expect((await run(store, 'started 3'))[0]).toMatchObject({ resumedFrom: 'step-00000003' });
  });
});
