// Opens the built page in the machine's own Chromium, cross-origin isolated and not, and checks what it reports.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { serve } from './serve.js';
import { train } from './src/train.js';

const isolated = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});

async function open(query, headers) {
  const server = await serve(headers);
  const page = await browser.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.addInitScript(() => Object.defineProperty(navigator, 'hardwareConcurrency', { value: 3 }));
  await page.goto(server.address + query);
  await page.waitForFunction(() => window.gptloomReport !== undefined, undefined, { timeout: 60_000 });
  const report = await page.evaluate(() => window.gptloomReport);
  await page.close();
  server.close();
  assert.equal(report.error, undefined);
  assert.deepEqual(complaints, []);
  return report;
}

try {
  const [threads, worker, alone, node] = await Promise.all([
    open('', isolated),
    open('?worker', isolated),
    open('', {}),
    train(),
  ]);
  const [first, last] = [node.losses[0], node.losses.at(-1)];
  assert.ok(last < 0.7 * first, `the loss went from ${first} to ${last}`);
  for (const { name, losses } of [threads, worker, alone]) {
    assert.equal(name, 'simd');
    // The same bits as in Node, with any number of threads.
    assert.deepEqual(losses, node.losses);
  }
  assert.deepEqual([threads.threads, worker.threads, alone.threads], [3, 3, 1]);
  assert.match(alone.summary, /one thread: the page is not cross-origin isolated/);
  console.log(`ok: Chromium ${browser.version()}, page: ${threads.summary}; its worker: ${worker.summary}`);
} finally {
  await browser.close();
}
