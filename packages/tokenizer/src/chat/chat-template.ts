import { check, checkOptions, describeValue, TokenizerError, type Tokenizer } from '@gptloom/core';
import { Template } from '@huggingface/jinja';
import { detailedTokenizer } from '../detailed-tokenizer.ts';
import { isObject, parseJsonObject } from '../tokenizer-document.ts';
import type { ChatMessage, ChatOptions } from './chat-message.ts';
import { chooseMarkers, mapStrings, markAssistant, readMarkers, stringsIn, type MarkedText } from './chat-markers.ts';

/** A conversation as text, with the places of what the assistant says. */
export interface RenderedChat {
  /** What the template writes. */
  readonly text: string;
  /** Where the assistant speaks, in UTF-16 units of `text`. */
  readonly assistantRanges: readonly (readonly [start: number, end: number])[];
}

/** A conversation as token ids. */
export interface EncodedChat {
  /** The ids of the rendered text. */
  readonly ids: number[];
  /** 1 for each token that the assistant is to learn: what it says and the special token that ends it; 0 elsewhere. */
  readonly assistantMask: number[];
}

const who = 'ChatTemplate';
const generationTag = /\{%(-?)\s*(end)?generation\s*(-?)%\}/g;

/**
 * A chat template of Hugging Face's tokenizers: Jinja that turns messages into the text a model was trained on.
 *
 * Where the assistant speaks is known from the rendering itself. Templates with `{% generation %}` blocks say it, as in
 * transformers. Without them the assistant's messages are rendered with markers around their text, which are taken out
 * again; a template that cuts or changes those texts is refused with an error rather than masked wrongly.
 *
 * ```ts
 * import { ChatTemplate } from '@gptloom/tokenizer/chat';
 * import { trainBpeTokenizer } from '@gptloom/tokenizer/training';
 *
 * const template = new ChatTemplate(
 *   "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{{ eos_token }}{% endfor %}",
 *   { eos_token: '<|endoftext|>' },
 * );
 * const messages = [{ role: 'user', content: 'ping' }, { role: 'assistant', content: 'pong' }];
 * console.log(template.render(messages)); // <|user|>ping<|endoftext|><|assistant|>pong<|endoftext|>
 *
 * const tokenizer = await trainBpeTokenizer('ping pong', { vocabSize: 260 });
 * const { ids, assistantMask } = template.encode(tokenizer, messages);
 * console.log(tokenizer.decode(ids.filter((_, i) => assistantMask[i] === 1))); // pong
 * ```
 */
export class ChatTemplate {
  /** The text of the template. */
  readonly source: string;
  private readonly specialTokens: Readonly<Record<string, string>>;
  private readonly template: Template;
  // With markers where the assistant's text begins and ends; absent where the template does not say.
  private readonly hasGeneration: boolean;

  /**
   * @param source the text of the template
   * @param specialTokens texts that the template knows by name, such as `bos_token` and `eos_token`
   * @throws TokenizerError where the template is not Jinja
   */
  constructor(source: string, specialTokens: Readonly<Record<string, string>> = {}) {
    const broken = check.string(source);
    if (broken !== undefined) {
      throw new TokenizerError({ who, rule: `the template ${broken}`, received: describeValue(source) });
    }
    this.source = source;
    this.specialTokens = specialTokens;
    this.template = compile(source);
    this.hasGeneration = source.search(generationTag) >= 0;
  }

  /**
   * The template of a `tokenizer_config.json`, which knows the special tokens named there.
   *
   * @param configJson the text of the file
   * @param name which one, where there are several. Default `default`
   * @throws TokenizerError where there is no such template
   * @throws FormatError where the file is not JSON
   */
  static fromConfig(configJson: string, name = 'default'): ChatTemplate {
    const config = parseJsonObject(configJson, 'tokenizer_config.json');
    const { chat_template: found } = config;
    const entries: unknown[] = Array.isArray(found) ? found : [{ name: 'default', template: found }];
    const entry = entries.find((one) => isObject(one) && one['name'] === name);
    const source = isObject(entry) ? entry['template'] : undefined;
    if (typeof source !== 'string') {
      throw new TokenizerError({
        who,
        rule: `tokenizer_config.json must have a chat_template called ${JSON.stringify(name)}`,
        received: describeValue(found),
      });
    }
    const specialTokens: Record<string, string> = {};
    for (const [key, value] of Object.entries(config)) {
      if (!key.endsWith('_token')) continue;
      const text = isObject(value) ? value['content'] : value;
      if (typeof text === 'string') specialTokens[key] = text;
    }
    return new ChatTemplate(source, specialTokens);
  }

  /**
   * The text of a conversation.
   *
   * @throws TokenizerError where the template refuses the messages or fails on them
   */
  render(messages: readonly ChatMessage[], options: ChatOptions = {}): string {
    checkChat(messages, options);
    return this.run(this.template, messages, options);
  }

  /**
   * The text of a conversation and the places in it where the assistant speaks.
   *
   * @throws TokenizerError as `render`, and where the template changes what the assistant says so that its place is lost
   */
  renderWithRanges(messages: readonly ChatMessage[], options: ChatOptions = {}): RenderedChat {
    const { text, ranges } = this.renderMarked(messages, options, []);
    return { text, assistantRanges: ranges };
  }

  /**
   * The token ids of a conversation and the mask of what the assistant is to learn. Special tokens come from the
   * template alone: their names inside messages are encoded as text.
   *
   * @throws TokenizerError as `renderWithRanges`
   */
  encode(tokenizer: Tokenizer, messages: readonly ChatMessage[], options: ChatOptions = {}): EncodedChat {
    const detailed = detailedTokenizer(`${who}.encode`, tokenizer);
    const special = [...detailed.specialTokens.keys()].sort((a, b) => b.length - a.length);
    const { text, ranges, plain } = this.renderMarked(messages, options, special);
    const specialIds = new Set(detailed.specialTokens.values());
    const ids: number[] = [];
    const assistantMask: number[] = [];
    const encodePart = (start: number, end: number, allowedSpecial: 'all' | 'none'): void => {
      if (start === end) return;
      const settings = { addSpecialTokens: false, truncation: null, padding: null, allowedSpecial };
      const part = detailed.encodeDetailed(text.slice(start, end), settings);
      part.ids.forEach((id, i) => {
        const [from, to] = part.offsets[i]!;
        ids.push(id);
        assistantMask.push(this.isLearned(start + from, start + to, specialIds.has(id), ranges) ? 1 : 0);
      });
    };
    let at = 0;
    for (const [start, end] of plain) {
      encodePart(at, start, 'all');
      encodePart(start, end, 'none');
      at = end;
    }
    encodePart(at, text.length, 'all');
    return { ids, assistantMask };
  }

  private isLearned(from: number, to: number, isSpecial: boolean, ranges: MarkedText['ranges']): boolean {
    return ranges.some(([start, end]) => {
      if (from < end && Math.max(to, from + 1) > start) return true;
      // Where the template does not say it, the special token right after the text is the end of what is said.
      return !this.hasGeneration && isSpecial && from === end;
    });
  }

  private renderMarked(messages: readonly ChatMessage[], options: ChatOptions, special: readonly string[]): MarkedText {
    const text = this.render(messages, options);
    const { tools, documents, variables } = options;
    const inputs = stringsIn([messages, tools, documents, variables]);
    const markers = chooseMarkers([text, this.source, ...inputs]);
    const names = special.filter((name) => inputs.some((one) => one.includes(name)));
    const expression = new RegExp(names.map((name) => name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g');
    const markPlain = <T>(value: T): T => {
      if (names.length === 0) return value;
      return mapStrings(value, (one) =>
        one.replace(expression, (name) => markers.plainOpen + name + markers.plainClose),
      ) as T;
    };
    const template = this.hasGeneration
      ? compile(
          this.source.replace(generationTag, (_, left: string, end: string | undefined, right: string) => {
            // A statement around the marker, so that spaces and newlines beside it go as they do beside the tag.
            return `{%${left} if true %}{{ "${end === undefined ? markers.open : markers.close}" }}{% endif ${right}%}`;
          }),
        )
      : this.template;
    const marked = this.run(template, markPlain(this.hasGeneration ? messages : markAssistant(messages, markers)), {
      ...options,
      tools: markPlain(tools),
      documents: markPlain(documents),
    });
    const found = readMarkers(marked, markers);
    const speaks = messages.some(
      ({ role, content }) => role === 'assistant' && stringsIn(content).join('').trim() !== '',
    );
    if (found === undefined || found.text !== text || (speaks && !this.hasGeneration && found.ranges.length === 0)) {
      throw new TokenizerError({
        who,
        rule: 'the template must write what the assistant says unchanged, so that its place is known',
        suggestion: 'put {% generation %} and {% endgeneration %} around it in the template',
      });
    }
    return found;
  }

  private run(template: Template, messages: readonly ChatMessage[], options: ChatOptions): string {
    const { addGenerationPrompt = false, tools, documents, variables } = options;
    try {
      return template.render({
        ...this.specialTokens,
        ...variables,
        messages,
        add_generation_prompt: addGenerationPrompt,
        ...(tools === undefined ? {} : { tools }),
        ...(documents === undefined ? {} : { documents }),
      });
    } catch (error) {
      throw new TokenizerError({ who, rule: `the template fails: ${(error as Error).message}`, cause: error });
    }
  }
}

function compile(source: string): Template {
  try {
    return new Template(source);
  } catch (error) {
    throw new TokenizerError({ who, rule: `the template must be Jinja: ${(error as Error).message}`, cause: error });
  }
}

function checkChat(messages: readonly ChatMessage[], options: ChatOptions): void {
  checkOptions(who, options, {
    addGenerationPrompt: check.optional(check.boolean),
    tools: check.optional(check.array),
    documents: check.optional(check.array),
    variables: check.optional(check.object),
  });
  if (Array.isArray(messages) && messages.every((one) => isObject(one) && typeof one.role === 'string')) return;
  throw new TokenizerError({
    who,
    rule: 'messages must be an array of objects with a role',
    received: describeValue(messages),
  });
}
