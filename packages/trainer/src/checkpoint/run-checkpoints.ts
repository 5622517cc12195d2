import { CheckpointError, TrainingError, type FileStore } from '@gptloom/core';
import type { Parameter } from '@gptloom/layers';
import { readParameter, writeWeights, type HostWeights } from '../loop/host-weights.ts';
import type { RunState } from '../loop/run-state.ts';
import type { OptimizerRun } from '../optimizer/optimizer.ts';
import {
  checkpointPath,
  checkpointStep,
  DamagedCheckpoint,
  listCheckpoints,
  readCheckpoint,
  removeCheckpoint,
  writeCheckpoint,
  type Checksums,
  type ReadCheckpoint,
  type SavedArray,
} from './checkpoint-files.ts';
import { checkSameConfiguration, type Configuration } from './configuration.ts';
import { SoleWriter } from './sole-writer.ts';

/** The parts of a run that a checkpoint saves and restores. */
export interface CheckpointedRun {
  readonly configuration: Configuration;
  /** All parameters of the model by path, frozen ones too. */
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly optimizer: OptimizerRun;
}

/** What was found where a run is saved. */
export interface ResumedRun {
  /** Path of the checkpoint in its store. */
  readonly path: string;
  readonly state: RunState;
  /** Weights of the best evaluation, where the run keeps them. */
  readonly bestWeights: HostWeights | undefined;
}

/** The checkpoints of one run in one store. */
export class RunCheckpoints {
  private readonly store: FileStore;
  private readonly writer: SoleWriter;
  private readonly keep: number;
  private readonly run: CheckpointedRun;
  /** The checkpoint that was read or written last: known to be whole. */
  private whole: { readonly path: string; readonly checksums: Checksums } | undefined;

  constructor(store: FileStore, keep: number, run: CheckpointedRun) {
    this.store = store;
    this.writer = new SoleWriter(store);
    this.keep = keep;
    this.run = run;
  }

  /** Where the checkpoints are, for messages. */
  get description(): string {
    return this.store.description;
  }

  /**
   * Restores the newest checkpoint that is whole into the model and its optimizer; nothing where there is none.
   *
   * @param onDamage told of each newer one that was not whole
   * @throws CheckpointError where it belongs to another configuration, or where none of several is whole
   */
  async resume(onDamage: (message: string) => void): Promise<ResumedRun | undefined> {
    await this.writer.begin();
    const paths = await listCheckpoints(this.store);
    const damages: string[] = [];
    for (const path of paths) {
      let found: ReadCheckpoint;
      try {
        found = await readCheckpoint(this.store, path);
      } catch (error) {
        if (!(error instanceof DamagedCheckpoint)) throw error;
        damages.push(`${path}: ${error.message}`);
        onDamage(`the checkpoint ${path} in ${this.store.description} is damaged: ${error.message}`);
        continue;
      }
      checkSameConfiguration(this.store.description, found.configuration, this.run.configuration);
      writeWeights(this.run.parameters, found.files.get('weights')!);
      this.run.optimizer.load(found.files.get('optimizer')!);
      this.whole = { path, checksums: found.checksums };
      const { best } = found.state;
      return { path, state: found.state, bestWeights: best && found.files.get(bestFile(best.step)) };
    }
    if (paths.length === 0) return undefined;
    throw new CheckpointError({
      who: 'Trainer',
      rule: `at least one checkpoint in ${this.store.description} must be whole`,
      received: `${paths.length} damaged one(s), ${damages.join('; ')}`,
      suggestion: 'another directory to start again, or remove this one',
    });
  }

  /**
   * Saves the run as it stands and removes what is older than the newest ones to keep. Where this step is saved already,
   * weights and optimizer are the same, and only what is new beside them is written. Gives the path.
   *
   * @throws TrainingError for weights that are not finite, CheckpointError where another run writes here too; what was saved before stays
   */
  async save(state: RunState, bestWeights: HostWeights | undefined): Promise<string> {
    await this.writer.assert();
    const path = checkpointPath(state.step);
    const { configuration, parameters, optimizer } = this.run;
    const weights = new Map<string, SavedArray>();
    for (const [name, parameter] of parameters) {
      weights.set(name, { shape: parameter.shape, read: () => readFinite(name, parameter, state.step) });
    }
    const checksums = await writeCheckpoint(
      this.store,
      path,
      { configuration, state },
      {
        weights,
        optimizer: flatArrays(await optimizer.save()),
        ...(bestWeights === undefined ? {} : { [bestFile(state.best!.step)]: flatArrays(bestWeights) }),
      },
      this.whole?.path === path ? this.whole.checksums : undefined,
    );
    this.whole = { path, checksums };
    // What is newer was damaged and passed over; it must not count in the place of a whole one.
    const upToHere = (await listCheckpoints(this.store)).filter((found) => checkpointStep(found) <= state.step);
    for (const old of upToHere.slice(this.keep)) await removeCheckpoint(this.store, old);
    return path;
  }
}

async function readFinite(name: string, parameter: Parameter, step: number): Promise<Float32Array<ArrayBuffer>> {
  const values = await readParameter(parameter);
  const wrong = values.find((value) => !Number.isFinite(value));
  if (wrong === undefined) return values;
  throw new TrainingError({
    who: 'Trainer',
    rule: 'weights must be finite to be saved; checkpoints from before are left as they are',
    received: `${wrong} in ${name} after step ${step}`,
    suggestion: 'a lower learning rate or a longer warm-up',
  });
}

// Named by its step: best weights of another evaluation never take the place of those that a manifest vouches for.
function bestFile(step: number): string {
  return `best-${checkpointPath(step)}`;
}

// Shapes are the parameters'; only the elements matter here.
function flatArrays(arrays: ReadonlyMap<string, Float32Array>): ReadonlyMap<string, SavedArray> {
  const flat = new Map<string, SavedArray>();
  for (const [name, values] of arrays) {
    flat.set(name, { shape: [values.length], read: () => Promise.resolve(values as Float32Array<ArrayBuffer>) });
  }
  return flat;
}
