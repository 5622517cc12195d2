export { answerPrompt, type AnswerOptions } from './answer-prompt.ts';
export { alpacaTemplate, questionTemplate } from './prompt-template.ts';
export {
  SequenceClassifier,
  type Classification,
  type ClassifyOptions,
  type SequenceClassifierOptions,
} from './sequence-classifier.ts';
