import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { housePlugin } from './tools/eslint-house-plugin.ts';

const forbiddenSyntax = {
  dataSync: {
    selector: "MemberExpression[property.name='dataSync']",
    message: 'Use `await tensor.data()`: dataSync fails on WebGPU in Node, and may return the live array.',
  },
  arraySync: {
    selector: "MemberExpression[property.name='arraySync']",
    message: 'Use `await tensor.array()`: arraySync fails on WebGPU in Node.',
  },
  setBackend: {
    selector: "MemberExpression[property.name='setBackend']",
    message: 'Only packages/backend switches backends: use selectBackend.',
  },
  mathRandom: {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Randomness comes from explicit keys (randomKey, foldIn), so that every run can be repeated.',
  },
  topLevelAwait: {
    selector:
      'Program > :not(FunctionDeclaration, ClassDeclaration) > AwaitExpression, Program > VariableDeclaration > VariableDeclarator > AwaitExpression',
    message: 'No top-level await in a package: require() of it must work.',
  },
};

const source = ['packages/*/src/**/*.ts'];
const tests = [
  'packages/*/src/**/*.test.ts',
  'packages/*/src/**/*.test-d.ts',
  'packages/*/test/**/*.ts',
  'packages/conformance/**/*.ts',
];
const scripts = ['tools/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts', '*.config.ts'];

export default defineConfig(
  {
    ignores: [
      '**/node_modules/',
      '**/dist/',
      'docs/',
      '.tmp/',
      'runs/',
      'integrations/',
      'tools/fixtures/',
      '**/generated/',
      // AssemblyScript: TypeScript's syntax, other types.
      'packages/backend-simd/assembly/',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommended],
    plugins: { house: housePlugin },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'house/kebab-case-file': 'error',
      'house/banned-names': ['error', { names: ['opts', 'cfg', 'tmp'] }],
      'house/no-default-export': 'error',
      'max-lines': ['error', { max: 400 }],
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^@tensorflow/tfjs-',
              message: "The only way to TensorFlow.js is `import * as tf from '@tensorflow/tfjs'`.",
            },
            { regex: '^(@gptloom/[^/]+|gptloom)/(src|dist)/', message: 'Import a package by its name.' },
          ],
        },
      ],
      'no-restricted-syntax': ['error', forbiddenSyntax.mathRandom],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-expect-error': 'allow-with-description', 'ts-ignore': true, 'ts-nocheck': true },
      ],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  {
    files: source,
    ignores: tests,
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...Object.values(forbiddenSyntax)],
    },
  },
  {
    // The package that starts backends may name them, and switch to them.
    files: ['packages/backend/src/**/*.ts'],
    ignores: tests,
    rules: {
      'no-restricted-imports': 'off',
      'no-restricted-syntax': [
        'error',
        forbiddenSyntax.dataSync,
        forbiddenSyntax.arraySync,
        forbiddenSyntax.mathRandom,
        forbiddenSyntax.topLevelAwait,
      ],
    },
  },
  {
    files: tests,
    rules: {
      'no-restricted-imports': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  { files: ['*.config.ts'], rules: { 'house/no-default-export': 'off' } },
  { files: scripts, rules: { 'no-restricted-imports': 'off' } },
);
