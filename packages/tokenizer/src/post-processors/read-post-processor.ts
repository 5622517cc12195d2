import { addedSpecial, EncodingBuilder, type EncodedToken } from '../encoding/encoding-builder.ts';
import { isCount, JsonFields, readByType, readSequence } from '../json-fields.ts';
import { readByteLevel } from '../pre-tokenizers/byte-level.ts';
import { refuse } from '../tokenizer-document.ts';
import type { PostProcessor } from './post-processor.ts';
import { templateProcessing } from './template.ts';
import { trimOffsets } from './trim-offsets.ts';

type Reader = (path: string, value: unknown, depth: number) => PostProcessor;
type NamedId = readonly [token: string, id: number];

function readNamedId(fields: JsonFields, key: string): NamedId {
  const [token, id, ...more] = fields.array(key);
  if (typeof token === 'string' && isCount(id) && more.length === 0) return [token, id];
  return refuse(`${fields.path}.${key}`, 'must be a token and its id', fields.object[key]);
}

/** A part, and each of its overflowing pieces, between tokens; with a type id for all where one is given. */
function between(
  part: EncodingBuilder,
  before: readonly EncodedToken[],
  after: readonly EncodedToken[],
  typeId?: number,
): EncodingBuilder {
  // Text between the special ones counts as ordinary, whatever it was before.
  const inside = part.tokens.map((token): EncodedToken => {
    return { ...token, special: 0, attention: 1, typeId: typeId ?? token.typeId };
  });
  const wrapped = new EncodingBuilder(part.text, [...before, ...inside, ...after]);
  wrapped.overflowing = part.overflowing.map((one) => between(one, before, after, typeId));
  return wrapped;
}

const readers: Readonly<Record<string, Reader>> = {
  Sequence(path, value, depth) {
    const fields = new JsonFields(path, value, ['type', 'processors']);
    const processors = readSequence(fields, 'processors', readPostProcessor, depth);
    return {
      json: { type: 'Sequence', processors: processors.map(({ json }) => json) },
      addedTokens: (isPair) => processors.reduce((sum, one) => sum + one.addedTokens(isPair), 0),
      process: (parts, addSpecialTokens) =>
        processors.reduce((processed, one) => one.process(processed, addSpecialTokens), parts),
    };
  },
  TemplateProcessing: templateProcessing,
  ByteLevel(path, value) {
    const { settings, json } = readByteLevel(path, value);
    return {
      json,
      addedTokens: () => 0,
      process(parts) {
        if (settings.trimOffsets) for (const part of parts) trimOffsets(part, settings.addPrefixSpace);
        return parts;
      },
    };
  },
  BertProcessing(path, value) {
    const fields = new JsonFields(path, value, ['type', 'sep', 'cls']);
    const sep = readNamedId(fields, 'sep');
    const cls = readNamedId(fields, 'cls');
    const special = ([token, id]: NamedId, typeId: number): EncodedToken => addedSpecial(id, token, typeId);
    return {
      json: { type: 'BertProcessing', sep, cls },
      addedTokens: (isPair) => (isPair ? 3 : 2),
      process(parts, addSpecialTokens) {
        if (!addSpecialTokens) return parts;
        return parts.map((part, i) =>
          i === 0 ? between(part, [special(cls, 0)], [special(sep, 0)]) : between(part, [], [special(sep, 1)]),
        );
      },
    };
  },
  RobertaProcessing(path, value) {
    const fields = new JsonFields(path, value, ['type', 'sep', 'cls', 'trim_offsets', 'add_prefix_space']);
    const sep = readNamedId(fields, 'sep');
    const cls = readNamedId(fields, 'cls');
    const trims = fields.boolean('trim_offsets');
    const addPrefixSpace = fields.boolean('add_prefix_space');
    const special = ([token, id]: NamedId): EncodedToken => addedSpecial(id, token, 0);
    return {
      json: { type: 'RobertaProcessing', sep, cls, trim_offsets: trims, add_prefix_space: addPrefixSpace },
      addedTokens: (isPair) => (isPair ? 4 : 2),
      process(parts, addSpecialTokens) {
        for (const part of parts) {
          if (trims) trimOffsets(part, addPrefixSpace);
          part.setTypeIds(0);
        }
        if (!addSpecialTokens) return parts;
        return parts.map((part, i) => between(part, [special(i === 0 ? cls : sep)], [special(sep)], 0));
      },
    };
  },
};

/** Reads a post-processor of `tokenizer.json`; other types are refused by name. */
export function readPostProcessor(path: string, value: unknown, depth = 0): PostProcessor {
  return readByType(path, value, readers, depth);
}
