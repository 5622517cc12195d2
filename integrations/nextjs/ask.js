// Starts the built application, asks its route twice, and stops it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const port = 4311;
const server = spawn('node', ['node_modules/next/dist/bin/next', 'start', '--port', String(port)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
let output = '';
server.stdout.on('data', (text) => (output += text));
try {
  const deadline = Date.now() + 60_000;
  while (!output.includes('Ready')) {
    assert.ok(Date.now() < deadline && server.exitCode === null, `the server did not start:\n${output}`);
    await new Promise((done) => setTimeout(done, 100));
  }
  const ask = async (body) => {
    const response = await fetch(`http://localhost:${port}/api/tokens`, { method: 'POST', body });
    assert.equal(response.status, 200, output);
    return response.json();
  };
  const answer = await ask('naïve');
  assert.equal(answer.tokens, 6);
  assert.ok(answer.continued.length > 0);
  assert.deepEqual(await ask('naïve'), answer);
  console.log(`ok: Next.js route, ${answer.tokens} tokens, and the same continuation twice`);
} finally {
  server.kill();
  await once(server, 'exit');
}
