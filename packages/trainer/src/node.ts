export { progressBar, type ProgressBarOptions } from './reporter/progress-bar.ts';
export { jsonLines, type JsonLinesOptions } from './reporter/json-lines.ts';
