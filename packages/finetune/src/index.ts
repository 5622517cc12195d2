export { answerPrompt, type AnswerOptions } from './answer-prompt.ts';
export { alpacaTemplate, plainTemplate, questionTemplate, type PromptTemplate } from './prompt-template.ts';
export {
  SequenceClassifier,
  type Classification,
  type ClassifyOptions,
  type SequenceClassifierOptions,
} from './sequence-classifier.ts';
