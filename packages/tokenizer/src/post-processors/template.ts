import { addedSpecial, EncodingBuilder } from '../encoding/encoding-builder.ts';
import { refuseEncoding } from '../encoding/truncation.ts';
import { isCount, JsonFields } from '../json-fields.ts';
import { objectAt, refuse, type JsonObject } from '../tokenizer-document.ts';
import type { PostProcessor } from './post-processor.ts';

type Piece =
  { readonly sequence: 0 | 1; readonly typeId: number } | { readonly special: string; readonly typeId: number };

interface SpecialToken {
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
}

function readPiece(path: string, value: unknown): Piece {
  const entries = Object.entries(objectAt(path, value));
  const [kind, content] = entries[0] ?? [];
  if (entries.length !== 1) return refuse(path, 'must be a Sequence or a SpecialToken', value);
  const fields = new JsonFields(`${path}.${kind}`, content, ['id', 'type_id']);
  const typeId = fields.count('type_id');
  if (kind === 'Sequence') return { sequence: fields.oneOf('id', ['A', 'B']) === 'A' ? 0 : 1, typeId };
  if (kind === 'SpecialToken') return { special: fields.string('id'), typeId };
  return refuse(path, 'must be a Sequence or a SpecialToken', kind);
}

function pieceJson(piece: Piece): JsonObject {
  if ('sequence' in piece) return { Sequence: { id: piece.sequence === 0 ? 'A' : 'B', type_id: piece.typeId } };
  return { SpecialToken: { id: piece.special, type_id: piece.typeId } };
}

function readSpecialTokens(path: string, value: unknown): Map<string, SpecialToken> {
  const found = new Map<string, SpecialToken>();
  for (const [id, entry] of Object.entries(objectAt(path, value))) {
    const at = `${path}[${JSON.stringify(id)}]`;
    const fields = new JsonFields(at, entry, ['id', 'ids', 'tokens']);
    if (fields.string('id') !== id) refuse(`${at}.id`, 'must be the name that it stands under', fields.string('id'));
    const ids = fields.array('ids').map((one) => (isCount(one) ? one : refuse(`${at}.ids`, 'must be token ids', one)));
    const tokens = fields
      .array('tokens')
      .map((one) => (typeof one === 'string' ? one : refuse(`${at}.tokens`, 'must be texts', one)));
    if (ids.length !== tokens.length) refuse(at, 'must have as many ids as tokens', ids.length);
    found.set(id, { ids, tokens });
  }
  return found;
}

/** Special tokens and texts in the order that a template has them. Source: huggingface/tokenizers `TemplateProcessing`. */
export function templateProcessing(path: string, value: unknown): PostProcessor {
  const fields = new JsonFields(path, value, ['type', 'single', 'pair', 'special_tokens']);
  const read = (key: string): Piece[] => fields.array(key).map((entry, i) => readPiece(`${path}.${key}[${i}]`, entry));
  const single = read('single');
  const pair = read('pair');
  const specialTokens = readSpecialTokens(`${path}.special_tokens`, fields.object['special_tokens']);
  for (const piece of [...single, ...pair]) {
    if ('special' in piece && !specialTokens.has(piece.special)) {
      refuse(`${path}.special_tokens`, 'must have every special token of the templates', piece.special);
    }
  }
  if (single.some((piece) => 'sequence' in piece && piece.sequence === 1)) {
    refuse(`${path}.single`, 'must not have a second text', 'B');
  }
  const count = (pieces: readonly Piece[]): number =>
    pieces.reduce((sum, piece) => sum + ('special' in piece ? specialTokens.get(piece.special)!.ids.length : 0), 0);
  return {
    json: {
      type: 'TemplateProcessing',
      single: single.map(pieceJson),
      pair: pair.map(pieceJson),
      special_tokens: Object.fromEntries(
        [...specialTokens].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, token]) => [id, { id, ...token }]),
      ),
    },
    addedTokens: (isPair) => count(isPair ? pair : single),
    process(parts, addSpecialTokens) {
      if (parts.length > 2) {
        refuseEncoding('a template must come before no other that has added tokens', `${parts.length} parts`);
      }
      return (parts.length === 2 ? pair : single).flatMap((piece) => {
        if ('sequence' in piece) {
          const part = parts[piece.sequence]!.clone();
          part.setTypeIds(piece.typeId);
          return [part];
        }
        if (!addSpecialTokens) return [];
        const { ids, tokens } = specialTokens.get(piece.special)!;
        return [
          new EncodingBuilder(
            '',
            ids.map((id, i) => addedSpecial(id, tokens[i]!, piece.typeId)),
          ),
        ];
      });
    },
  };
}
