import * as tf from '@tensorflow/tfjs';
import { BackendError } from '@gptloom/core';
import type { Backend, BackendName, BackendRequest, RejectedBackend } from './backend.ts';
import { isRejection, type BackendRow, type LoadContext, type LoadedBackend, type Rejection } from './backend-row.ts';
import { selfCheck } from './self-check.ts';
import { silenceBanner } from './silence-banner.ts';

/** Backends that this process has started and checked, by name. */
export type RunningBackends = Map<BackendName, LoadedBackend>;

/**
 * Walks a table of backends and takes the first that starts and passes its self-check. Where none does, the backend
 * that TensorFlow.js had before is set again.
 *
 * @throws BackendError with the reason of every row that was tried
 */
export async function chooseBackend(
  rows: readonly BackendRow[],
  request: BackendRequest,
  context: LoadContext,
  running: RunningBackends,
): Promise<Backend> {
  silenceBanner();
  const before = tf.getBackend() as string | undefined;
  const candidates = rows.filter(({ name, device }) => request === 'auto' || request === name || request === device);
  const rejected: (RejectedBackend & Rejection)[] = [];
  for (const row of candidates) {
    const started = await start(row, context, running);
    if (!isRejection(started)) return describeChoice(row, started, rejected, context, running);
    rejected.push({ name: row.name, ...started });
  }
  await restore(before);
  throw selectionError(request, rejected);
}

const noProfile: Rejection = {
  reason: 'no profile of its kernels',
  remedy: "selectBackend('simd', { profile: true })",
};

async function start(
  row: BackendRow,
  context: LoadContext,
  running: RunningBackends,
): Promise<LoadedBackend | Rejection> {
  if (context.profile === true && row.hasProfile !== true) return (await row.probe()) ?? noProfile;
  const known = running.get(row.name);
  // Software that was allowed once is not thereby allowed to a stricter request.
  if (known !== undefined && (known.software !== true || context.allowSoftware)) {
    await tf.setBackend(known.tensorflowName);
    return known;
  }
  let loaded: LoadedBackend | Rejection | undefined;
  try {
    loaded = (await row.probe()) ?? (await row.load(context));
    if (isRejection(loaded)) return loaded;
    if (!(await tf.setBackend(loaded.tensorflowName))) throw new Error('TensorFlow.js could not set it');
    const problem = await selfCheck();
    if (problem === undefined) {
      running.set(row.name, loaded);
      return loaded;
    }
    loaded.dispose?.();
    return { reason: `failed its self-check: ${problem}`, remedy: 'update the driver and the package, or use another' };
  } catch (error) {
    if (loaded !== undefined && !isRejection(loaded)) loaded.dispose?.();
    const message = error instanceof Error ? error.message : String(error);
    return {
      reason: `failed to start: ${message.split('\n', 1)[0]}`,
      remedy: 'update the driver and the package, or use another',
      cause: error,
    };
  }
}

function describeChoice(
  row: BackendRow,
  loaded: LoadedBackend,
  rejected: readonly (RejectedBackend & Rejection)[],
  { profile }: LoadContext,
  running: RunningBackends,
): Backend {
  const mentioned = rejected
    .filter(({ elsewhere }) => elsewhere !== true)
    .map(({ name, reason }) => `${name} (${reason})`);
  const notChosen = mentioned.length === 0 ? '' : `. Not chosen: ${mentioned.join(', ')}`;
  return {
    name: row.name,
    device: row.device,
    description: loaded.description,
    deterministic: loaded.deterministic,
    ...(loaded.threads === undefined ? {} : { threads: loaded.threads }),
    software: loaded.software === true,
    rejected: rejected.map(({ name, reason, remedy }) => ({ name, reason, remedy })),
    summary: `${row.name}: ${loaded.description}${notChosen}`,
    ...(profile === true ? { profile: loaded.profile!() } : {}),
    ...(loaded.dispose === undefined ? {} : { dispose: () => disposeOnce(row.name, loaded, running) }),
  };
}

function disposeOnce(name: BackendName, loaded: LoadedBackend, running: RunningBackends): void {
  // A backend of the same name that was started afterwards is another's.
  if (running.get(name) !== loaded) return;
  running.delete(name);
  loaded.dispose?.();
}

async function restore(before: string | undefined): Promise<void> {
  if (before !== undefined && before !== '' && tf.engine().findBackendFactory(before) !== null) {
    await tf.setBackend(before);
    return;
  }
  // Nothing was chosen yet: leave the backend that always works, not one that failed.
  await tf.setBackend('cpu');
}

function selectionError(request: BackendRequest, rejected: readonly (RejectedBackend & Rejection)[]): BackendError {
  const [only] = rejected;
  if (rejected.length === 1 && only !== undefined && only.name === request) {
    return new BackendError({
      who: 'selectBackend',
      rule: `the backend '${request}' can not be used here: ${only.reason}`,
      suggestion: only.remedy,
      cause: only.cause,
    });
  }
  return new BackendError({
    who: 'selectBackend',
    rule: request === 'auto' ? 'no backend works here' : `no ${request.toUpperCase()} backend works here`,
    received: rejected.map(({ name, reason }) => `${name} (${reason})`).join(', '),
    suggestion: rejected
      .filter(({ elsewhere }) => elsewhere !== true)
      .map(({ name, remedy }) => `${name}: ${remedy}`)
      .join('; '),
    cause: rejected.find(({ cause }) => cause !== undefined)?.cause,
  });
}
