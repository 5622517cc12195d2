import type { PromptTemplate } from '@gptloom/trainer';

/** A question and a cue for its answer: `Question: ...`, a new line, `Answer:`. Answers start with a space. */
export const questionTemplate: PromptTemplate = (prompt) => `Question: ${prompt}\nAnswer:`;

/** The frame of Stanford Alpaca (Taori et al. 2023) for an instruction without further input. */
export const alpacaTemplate: PromptTemplate = (prompt) =>
  'Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n' +
  `### Instruction:\n${prompt}\n\n### Response:\n`;
