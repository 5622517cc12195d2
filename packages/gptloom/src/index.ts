// Everything that applications use, under one name. The lists of names are kept by the packages themselves.
export * from '@gptloom/core';
export * from '@gptloom/formats';
export * from '@gptloom/tokenizer';
export * from '@gptloom/tokenizer/chat';
export * from '@gptloom/tokenizer/formats';
export * from '@gptloom/tokenizer/report';
export * from '@gptloom/tokenizer/training';
export * from '@gptloom/metrics';
export * from '@gptloom/ops';
export * from '@gptloom/backend';
export * from '@gptloom/layers';
export * from '@gptloom/gpt-model';
export * from '@gptloom/trainer';
export * from '@gptloom/finetune';
