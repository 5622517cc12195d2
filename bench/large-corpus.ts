/**
 * Trains byte-level BPE on more text than memory should hold:
 * `npx node --conditions=gptloom-source bench/large-corpus.ts FILE [MEGABYTES]`. The text of the file comes
 * again and again, with other words each time, and streams by; prints time and the most memory held.
 */
import { readTexts, trainBpeTokenizer } from 'gptloom';

const [path, size = '1000'] = process.argv.slice(2);
if (path === undefined)
  throw new Error('usage: npx node --conditions=gptloom-source bench/large-corpus.ts FILE [MEGABYTES]');
const wanted = Number(size) * 1e6;
const everyNth = 20;
let bytes = 0;

/** The documents of the file, over and over; in each round after the first every 20th word has a new ending. */
async function* documents(): AsyncGenerator<string, void, void> {
  for (let round = 0; ; round++) {
    for await (const text of readTexts(path!)) {
      let word = 0;
      const ending = round.toString(36);
      yield round === 0
        ? text
        : text.replace(/[a-z](?= )/g, (last) => (++word % everyNth === 0 ? last + ending : last));
      bytes += Buffer.byteLength(text);
      if (bytes >= wanted) return;
    }
  }
}

const started = performance.now();
const tokenizer = await trainBpeTokenizer(documents(), { vocabSize: 8192 });
const seconds = (performance.now() - started) / 1000;
const peak = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(
  `${Math.round(bytes / 1e6)} MB to ${tokenizer.vocabSize} tokens in ${seconds.toFixed(1)} s, ${(bytes / 1e6 / seconds).toFixed(1)} MB/s, at most ${peak} MiB held`,
);
