/** How a prompt is framed for the model; training, evaluation and use share one, or the model sees what it never learned. */
export interface PromptTemplate {
  /** Name for messages and records. */
  readonly name: string;
  /** The text before the answer. The answer follows it directly, then the tokenizer's end token. */
  format(prompt: string): string;
}

/** The prompt as it is, for prompts that bring their own frame. */
export const plainTemplate: PromptTemplate = { name: 'plain', format: (prompt) => prompt };

/** A question and a cue for its answer: `Question: ...`, a new line, `Answer:`. The answer starts with a space. */
export const questionTemplate: PromptTemplate = {
  name: 'question',
  format: (prompt) => `Question: ${prompt}\nAnswer:`,
};

/** The frame of Stanford Alpaca (Taori et al. 2023) for an instruction without further input. */
export const alpacaTemplate: PromptTemplate = {
  name: 'alpaca',
  format: (prompt) =>
    'Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n' +
    `### Instruction:\n${prompt}\n\n### Response:\n`,
};
