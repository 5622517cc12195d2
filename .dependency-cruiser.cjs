/**
 * Who may import whom: the table of docs/architecture.md. Everything not listed is forbidden.
 * `tfjs` stands for `@tensorflow/tfjs`. Checked by `npm run lint` (tools/check-imports.ts), tests included.
 */
const mayImport = {
  core: [],
  formats: ['core'],
  tokenizer: ['core', 'formats'],
  metrics: ['core'],
  ops: ['core', 'tfjs'],
  'backend-simd': ['core', 'ops', 'tfjs'],
  backend: ['core', 'backend-simd', 'tfjs'],
  layers: ['core', 'ops', 'tfjs'],
  'gpt-model': ['core', 'formats', 'tokenizer', 'ops', 'layers', 'tfjs'],
  trainer: ['core', 'formats', 'metrics', 'ops', 'layers', 'tfjs'],
  finetune: [
    'core',
    'formats',
    'tokenizer',
    'metrics',
    'ops',
    'backend-simd',
    'backend',
    'layers',
    'gpt-model',
    'trainer',
    'tfjs',
  ],
  gptloom: [
    'core',
    'formats',
    'tokenizer',
    'metrics',
    'ops',
    'backend-simd',
    'backend',
    'layers',
    'gpt-model',
    'trainer',
    'finetune',
  ],
};

const folderOf = (name) => `(^|/)packages/${name}/`;
const sourceOf = (name) => `${folderOf(name)}src/`;
const testFile = '[.]test(-d)?[.]ts$';

const directions = Object.entries(mayImport).flatMap(([name, allowed]) => {
  const packages = allowed.filter((other) => other !== 'tfjs');
  const rules = [
    {
      name: `direction-${name}`,
      comment: `@gptloom/${name} may import ${packages.join(', ') || 'no other package'}.`,
      severity: 'error',
      from: { path: sourceOf(name), pathNot: testFile },
      to: { path: folderOf('[^/]+'), pathNot: [name, ...packages].map(folderOf) },
    },
  ];
  if (!allowed.includes('tfjs')) {
    rules.push({
      name: `tfjs-${name}`,
      comment: `@gptloom/${name} must work without a tensor library.`,
      severity: 'error',
      from: { path: sourceOf(name), pathNot: testFile },
      to: { path: '@tensorflow/' },
    });
  }
  return rules;
});

module.exports = {
  mayImport,
  forbidden: [
    ...directions,
    {
      name: 'package-in-table',
      comment: 'A new package gets its line in the table above, and in docs/architecture.md.',
      severity: 'error',
      from: { path: sourceOf('[^/]+'), pathNot: [...Object.keys(mayImport), 'conformance'].map(folderOf) },
      to: {},
    },
    {
      name: 'no-cycle',
      comment: 'Files that import each other can not be understood one at a time. Types may.',
      severity: 'error',
      from: { path: sourceOf('[^/]+') },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'unresolvable',
      comment: 'The file or package must exist.',
      severity: 'error',
      from: { path: sourceOf('[^/]+'), pathNot: testFile },
      // Backends that a user installs beside gptloom.
      to: { couldNotResolve: true, pathNot: '^(@tensorflow/tfjs-|webgpu$)' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '(^|/)packages/[^/]+/dist/'] },
    exclude: { path: ['(^|/)packages/[^/]+/dist/', '/golden/'] },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['gptloom-source', 'import', 'node', 'types', 'default'],
    },
  },
};
