/** Compares what sentencepiece gives, which tokenizer_sentencepiece_live.py writes, with gptloom; prints differences. */
import { readFileSync } from 'node:fs';
import { tokenizerFromJson } from '@gptloom/tokenizer';
import { sentencePieceToFiles } from '@gptloom/tokenizer/formats';

interface Cases {
  readonly name: string;
  readonly model: string;
  readonly cases: readonly { readonly text: string; readonly ids: readonly number[]; readonly decoded: string }[];
}

const { name, model, cases } = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Cases;
const files = sentencePieceToFiles(Buffer.from(model, 'base64'));
const tokenizer = tokenizerFromJson(files['tokenizer.json'], files['tokenizer_config.json']);
let different = 0;
for (const { text, ids, decoded } of cases) {
  const found = tokenizer.encode(text);
  // Unknown text is special here and left out; sentencepiece writes this in its place.
  const sameText = decoded.includes('\u2047') || tokenizer.decode(ids) === decoded;
  if (found.join(' ') === ids.join(' ') && sameText) continue;
  if (++different > 4) continue;
  const shown = [ids, found].map((row) => row.map((id) => tokenizer.tokenOf(id)).join(' | '));
  console.log(`  ${JSON.stringify(text)}\n    ${shown[0]}\n    ${shown[1]}`);
  if (!sameText) console.log(`    ${JSON.stringify(decoded)}\n    ${JSON.stringify(tokenizer.decode(ids))}`);
}
console.log(`${name}: ${cases.length} texts, ${different} differences`);
process.exitCode = different > 0 ? 1 : 0;
