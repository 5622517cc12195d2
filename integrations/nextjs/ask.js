// Starts the built application, asks its route twice, opens its page in the machine's own Chromium, and stops it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chromium } from 'playwright-core';

const port = 4311;
const server = spawn('node', ['node_modules/next/dist/bin/next', 'start', '--port', String(port)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
let output = '';
server.stdout.on('data', (text) => (output += text));

async function askRoute() {
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
}

async function openPage() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  try {
    const page = await browser.newPage();
    await page.addInitScript(() => Object.defineProperty(navigator, 'hardwareConcurrency', { value: 3 }));
    await page.goto(`http://localhost:${port}/train`);
    const report = JSON.parse(await page.textContent('#report', { timeout: 60_000 }));
    assert.equal(report.error, undefined);
    assert.equal(report.threads, 3);
    const [first, last] = [report.losses[0], report.losses.at(-1)];
    assert.ok(last < 0.8 * first, `the loss went from ${first} to ${last}`);
    console.log(`ok: Next.js page, ${report.summary}; loss ${first.toFixed(2)} to ${last.toFixed(2)}`);
  } finally {
    await browser.close();
  }
}

try {
  const deadline = Date.now() + 60_000;
  while (!output.includes('Ready')) {
    assert.ok(Date.now() < deadline && server.exitCode === null, `the server did not start:\n${output}`);
    await new Promise((done) => setTimeout(done, 100));
  }
  await askRoute();
  await openPage();
} finally {
  server.kill();
  await once(server, 'exit');
}
