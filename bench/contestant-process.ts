/** The process of one contestant: `node contestant-process.ts NAME [PARAMETER...]`. `run.ts` starts and asks it. */
import type { ContestantName } from './harness/benchmark.ts';
import type { CreateContestant } from './harness/contestant.ts';
import { serveContestant } from './harness/serve-contestant.ts';

const contestants: Readonly<Record<ContestantName, () => Promise<{ readonly create: CreateContestant }>>> = {
  'gptloom-training-step': () => import('./contestants/gptloom-training-step.ts'),
  'tfjs-training-step': () => import('./contestants/tfjs-training-step.ts'),
  'gptloom-tokenizer': () => import('./contestants/gptloom-tokenizer.ts'),
  encoding: () => import('./contestants/encoding.ts'),
  matmul: () => import('./contestants/matmul.ts'),
  'gptloom-generation': () => import('./contestants/gptloom-generation.ts'),
  'gptloom-gpt2-generation': () => import('./contestants/gptloom-gpt2-generation.ts'),
};

const [name, ...parameters] = process.argv.slice(2);
const load = contestants[name as ContestantName];
await serveContestant(async (given) => (await load()).create(given), parameters);
process.exit();
