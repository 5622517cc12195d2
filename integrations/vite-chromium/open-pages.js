// Opens the built page in the machine's own Chromium, as different servers would send it, and checks what it reports.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { preview } from 'vite';
import { train } from './train.js';

const isolated = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const strict = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src data:";

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});

// `prepare` runs in the page before anything else.
async function open(backend, headers, prepare) {
  const server = await preview({ preview: { port: 4173, strictPort: false, headers }, logLevel: 'warn' });
  const page = await browser.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.addInitScript(prepare);
  await page.goto(`${server.resolvedUrls.local[0]}?backend=${backend}`);
  await page.waitForFunction(() => window.gptloomReport !== undefined, undefined, { timeout: 60_000 });
  const report = await page.evaluate(() => window.gptloomReport);
  await page.close();
  await server.close();
  assert.equal(report.error, undefined);
  const [first, last] = [report.losses[0], report.losses.at(-1)];
  assert.ok(last < 0.7 * first, `the loss went from ${first} to ${last}`);
  assert.equal(report.reloadedText, report.text);
  console.log(`ok: Chromium ${browser.version()}, ${report.summary}; loss ${first.toFixed(2)} to ${last.toFixed(2)}`);
  return { ...report, complaints };
}

const threeProcessors = () => Object.defineProperty(navigator, 'hardwareConcurrency', { value: 3 });
try {
  const [stock, threads, alone, restricted, node] = await Promise.all([
    open('wasm', {}, threeProcessors),
    open('cpu', isolated, threeProcessors),
    open('cpu', {}, threeProcessors),
    open('cpu', { ...isolated, 'Content-Security-Policy': strict }, () => {
      Object.defineProperty(navigator, 'hardwareConcurrency', { value: 3 });
      // As in a browser without relaxed SIMD: the first of the two builds is not valid.
      const { validate } = WebAssembly;
      let asked = 0;
      WebAssembly.validate = (bytes) => validate(bytes) && asked++ > 0;
    }),
    train('simd'),
  ]);
  for (const { complaints } of [stock, threads, alone]) assert.deepEqual(complaints, []);
  for (const { name, trap } of [threads, alone, restricted]) assert.deepEqual([name, trap], ['simd', 'typed errors']);
  assert.equal(threads.threads, 3);
  assert.equal(alone.threads, 1);
  assert.match(alone.summary, /one thread: the page is not cross-origin isolated/);
  assert.equal(restricted.threads, 1);
  assert.match(restricted.summary, /no relaxed SIMD; one thread: a worker does not start, .*worker-src blob:/);
  // The same build in another runtime, with another number of threads: the same bits.
  assert.deepEqual(threads.losses, node.losses);
  assert.deepEqual(alone.losses, node.losses);
  assert.notDeepEqual(restricted.losses, node.losses);
  console.log(`ok: losses in Chromium equal those of Node ${process.version}, ${node.summary}`);
} finally {
  await browser.close();
}
