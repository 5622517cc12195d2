import { check, checkOptions, type Run } from '@gptloom/core';
import type { GenerateTextOptions, GptModel, TextGeneration } from '@gptloom/gpt-model';
import type { PromptTemplate } from '@gptloom/trainer';

/** How a prompt is answered. */
export interface AnswerOptions extends Omit<GenerateTextOptions, 'maxNewTokens'> {
  /** The template that the model was fine-tuned with. Default: the prompt as it stands. */
  readonly template?: PromptTemplate | undefined;
  /** Tokens to write at most. Default 64. */
  readonly maxNewTokens?: number | undefined;
}

/**
 * Lets a fine-tuned model answer a prompt, one event a piece of text, through the template it was trained with. The
 * temperature is 0 unless given, because an answer is looked up rather than invented.
 *
 * @throws TokenizerError when the tokenizer is not the model's or can not encode the prompt; ConfigError as `GptModel.generateText`
 */
export function answerPrompt(model: GptModel, prompt: string, options: AnswerOptions): Run<string, TextGeneration> {
  const { template, maxNewTokens = 64, temperature = 0, ...rest } = options;
  checkOptions('answerPrompt', { template }, { template: check.optional(check.function) });
  const framed = template === undefined ? prompt : template(prompt);
  return model.generateText(framed, { ...rest, maxNewTokens, temperature });
}
