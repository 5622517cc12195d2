// require() of ES modules: works because no package has a top-level await.
const assert = require('node:assert/strict');
const { ByteTokenizer, selectBackend } = require('gptloom');
const { GptloomError } = require('@gptloom/core');

const tokenizer = new ByteTokenizer();
assert.equal(tokenizer.decode(tokenizer.encode('naïve')), 'naïve');
selectBackend('no such backend').then(
  () => assert.fail('an unknown backend must be refused'),
  (error) => {
    assert.ok(GptloomError.isInstance(error), String(error));
    console.log(`ok: Node ${process.version}, require`);
  },
);
