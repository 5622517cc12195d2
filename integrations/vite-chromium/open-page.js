// Opens the built page in the machine's own Chromium and checks what it reports.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { preview } from 'vite';

const server = await preview({ preview: { port: 4173, strictPort: false }, logLevel: 'warn' });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  const page = await browser.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(server.resolvedUrls.local[0]);
  await page.waitForFunction(() => window.gptloomReport !== undefined, undefined, { timeout: 120_000 });
  const report = await page.evaluate(() => window.gptloomReport);
  assert.equal(report.error, undefined);
  assert.deepEqual(complaints, []);
  const [first, last] = [report.losses[0], report.losses.at(-1)];
  assert.ok(last < 0.7 * first, `the loss went from ${first} to ${last}`);
  assert.equal(report.reloadedText, report.text);
  console.log(`ok: Chromium ${browser.version()}, ${report.backend}; loss ${first.toFixed(2)} to ${last.toFixed(2)}`);
} finally {
  await browser.close();
  await server.close();
}
