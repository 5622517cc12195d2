import { readAddedTokens } from './added-tokens/added-token.ts';
import { AddedVocabulary, type IsAllowed } from './added-tokens/added-vocabulary.ts';
import type { Decoder } from './decoders/decoder.ts';
import { readDecoder } from './decoders/read-decoder.ts';
import { ByteMap } from './encoding/byte-map.ts';
import { EncodingBuilder, type EncodedToken } from './encoding/encoding-builder.ts';
import type { Offsets } from './encoding/encoding.ts';
import { paddingJson, readPadding, type Padding } from './encoding/padding.ts';
import { readTruncation, truncationJson, type Truncation } from './encoding/truncation.ts';
import { JsonFields } from './json-fields.ts';
import type { Model, PieceTokens } from './models/model.ts';
import { readModel } from './models/read-model.ts';
import { AlignedText } from './normalizers/aligned-text.ts';
import type { Normalizer } from './normalizers/normalizer.ts';
import { readNormalizer } from './normalizers/read-normalizer.ts';
import type { PostProcessor } from './post-processors/post-processor.ts';
import { readPostProcessor } from './post-processors/read-post-processor.ts';
import type { PreTokenizer } from './pre-tokenizers/pre-tokenizer.ts';
import { readPreTokenizer } from './pre-tokenizers/read-pre-tokenizer.ts';
import { refuse, type JsonObject } from './tokenizer-document.ts';

/** A piece of text on its way to the model, or an added token that was found. */
export interface PipelinePiece {
  readonly piece: AlignedText;
  readonly addedId: number | undefined;
}

const members = [
  'version',
  'truncation',
  'padding',
  'added_tokens',
  'normalizer',
  'pre_tokenizer',
  'post_processor',
  'decoder',
  'model',
];

/** The parts of a `tokenizer.json` at work, from text to tokens. */
export class TokenPipeline {
  readonly normalizer: Normalizer | undefined;
  readonly preTokenizer: PreTokenizer | undefined;
  readonly model: Model;
  readonly postProcessor: PostProcessor | undefined;
  readonly decoder: Decoder | undefined;
  readonly added: AddedVocabulary;
  readonly truncation: Truncation | undefined;
  readonly padding: Padding | undefined;
  /** Whether a text, of which no special token may come, goes to the pre-tokenizer as it is. */
  readonly isPlain: boolean;
  // Whether the places of pieces in the text decide about tokens.
  private readonly placesMatter: boolean;

  /** @throws FormatError naming what is broken, or what is in the file and not supported */
  constructor(root: JsonObject) {
    const fields = new JsonFields('top level', root, members);
    if (root['version'] !== undefined && root['version'] !== '1.0') {
      refuse('version', 'must be "1.0"', root['version'] ?? null);
    }
    const part = <T>(key: string, read: (path: string, value: unknown) => T): T | undefined =>
      fields.has(key) ? read(key, root[key]) : undefined;
    this.truncation = part('truncation', (_, value) => readTruncation(value));
    this.padding = part('padding', (_, value) => readPadding(value));
    this.normalizer = part('normalizer', readNormalizer);
    this.preTokenizer = part('pre_tokenizer', readPreTokenizer);
    this.postProcessor = part('post_processor', readPostProcessor);
    this.decoder = part('decoder', readDecoder);
    this.model = readModel(root['model']);
    this.added = new AddedVocabulary(readAddedTokens(root['added_tokens']), this.model, this.normalizer);
    this.isPlain = this.normalizer === undefined && this.added.onlySpecial;
    this.placesMatter = JSON.stringify(this.preTokenizer?.json ?? null).includes('"prepend_scheme":"first"');
  }

  /** `tokenizer.json` as the reference writes it. */
  toJson(): JsonObject {
    const { truncation, padding, added, normalizer, preTokenizer, postProcessor, decoder, model } = this;
    return {
      version: '1.0',
      truncation: truncation === undefined ? null : truncationJson(truncation),
      padding: padding === undefined ? null : paddingJson(padding),
      added_tokens: [...added.byId.values()].sort((a, b) => a.id - b.id),
      normalizer: normalizer?.json ?? null,
      pre_tokenizer: preTokenizer?.json ?? null,
      post_processor: postProcessor?.json ?? null,
      decoder: decoder?.json ?? null,
      model: model.toJson(),
    };
  }

  /** Added tokens, and normalized text between them. */
  segments(text: string, isAllowed: IsAllowed | undefined, tracked: boolean): PipelinePiece[] {
    const { added, normalizer } = this;
    const found: PipelinePiece[] = [];
    const whole = new AlignedText(text, 0, tracked || this.placesMatter);
    for (const { start, end, id } of added.splitOriginal(text, isAllowed)) {
      const piece = whole.slice(start, end);
      if (id !== undefined) {
        found.push({ piece, addedId: id });
        continue;
      }
      if (piece.text === '') continue;
      normalizer?.normalize(piece);
      for (const span of added.splitNormalized(piece.text, isAllowed)) {
        if (span.start === span.end) continue;
        found.push({ piece: piece.slice(span.start, span.end), addedId: span.id });
      }
    }
    return found;
  }

  /** Appends the ids of a text, without what a post-processor adds. */
  encodeIds(text: string, isAllowed: IsAllowed | undefined, ids: number[]): void {
    for (const { piece, addedId } of this.segments(text, isAllowed, false)) {
      if (addedId !== undefined) {
        ids.push(addedId);
        continue;
      }
      for (const word of this.preTokenizer?.split(piece) ?? [piece]) {
        const tokens = this.model.tokenize(word.text).ids;
        for (let i = 0; i < tokens.length; i++) ids.push(tokens[i]!);
      }
    }
  }

  /** The tokens of a text with their places, without what a post-processor adds. */
  encodeTokens(text: string, isAllowed: IsAllowed | undefined, typeId: number): EncodingBuilder {
    const tokens: EncodedToken[] = [];
    const original = new ByteMap(text);
    let wordId = 0;
    const push = (id: number, token: string, offsets: Offsets): void => {
      tokens.push({ id, token, offsets, wordId, special: 0, attention: 1, typeId });
    };
    for (const { piece, addedId } of this.segments(text, isAllowed, true)) {
      if (addedId !== undefined) {
        push(addedId, piece.text, [piece.startOf(0), piece.endOf(piece.text.length - 1)]);
        wordId++;
        continue;
      }
      for (const word of this.preTokenizer?.split(piece) ?? [piece]) {
        this.placeTokens(word, this.model.tokenize(word.text), original, push);
        wordId++;
      }
    }
    return new EncodingBuilder(text, tokens);
  }

  private placeTokens(
    word: AlignedText,
    { ids, starts, ends }: PieceTokens,
    original: ByteMap,
    push: (id: number, token: string, offsets: Offsets) => void,
  ): void {
    const map = new ByteMap(word.text);
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      const [start, end] = [starts[i]!, ends[i]!];
      // A model may claim more bytes than there are; the reference then takes them for bytes of the whole text.
      const offsets: Offsets =
        end <= map.bytes
          ? [word.startOf(map.unitOf(start)), word.endOf(map.unitOf(end - 1))]
          : [original.unitOf(start), original.unitOf(end)];
      const token = this.model.pieceIsToken ? this.tokenIn(word.text, map, start, end, id) : this.model.tokenOf(id)!;
      push(id, token, offsets);
    }
  }

  /** The text of a token that may be unknown: its text in the piece, unless it is one byte of several. */
  private tokenIn(text: string, map: ByteMap, start: number, end: number, id: number): string {
    const inText = text.slice(map.unitOf(start), map.unitOf(end));
    const known = this.model.idOf(inText);
    const token = this.model.tokenOf(id)!;
    return known === undefined && /^<0x[0-9A-F]{2}>$/.test(token) ? token : inText;
  }
}
