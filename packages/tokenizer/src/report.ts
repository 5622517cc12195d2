export {
  describeTokenizer,
  type Compression,
  type DescribedToken,
  type DomainCompression,
  type TokenizerReport,
} from './report/describe-tokenizer.ts';
export { colorTokens, type ColorTokensOptions } from './report/color-tokens.ts';
