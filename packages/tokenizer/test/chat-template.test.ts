import { JsonTokenizer } from '@gptloom/tokenizer';
import { ChatTemplate, type ChatMessage } from '@gptloom/tokenizer/chat';
import { trainBpeTokenizer } from '@gptloom/tokenizer/training';
import { FormatError, TokenizerError, type Tokenizer } from '@gptloom/core';
import { describe, expect, test } from 'vitest';
import { golden } from './golden-files.ts';

interface ChatCase {
  readonly template: string;
  readonly messages: ChatMessage[];
  readonly addGenerationPrompt: boolean;
  readonly text: string;
  readonly ids: number[];
  readonly mask: number[];
}

const chatMl =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] | trim + '<|im_end|>' + '\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
const conversation: ChatMessage[] = [
  { role: 'user', content: 'the sea' },
  { role: 'assistant', content: ' the sea ' },
  { role: 'user', content: 'the sea the sea' },
  { role: 'assistant', content: 'sea' },
];
const chatTokenizer = await trainBpeTokenizer('the sea is the sea', {
  vocabSize: 275,
  endToken: '<|im_end|>',
  specialTokens: ['<|im_start|>'],
});

describe('templates with generation blocks equal transformers', () => {
  const { tokenizer: json, cases } = golden<{ tokenizer: string; cases: ChatCase[] }>('training-chat.json');
  const tokenizer = JsonTokenizer.fromJson(json, JSON.stringify({ eos_token: '</s>', pad_token: '<pad>' }));
  const specialTokens = { bos_token: '<s>', eos_token: '</s>', pad_token: '<pad>', unk_token: '<unk>' };

  test.each(cases.map((one, i) => [i, one] as const))('case %i', (_, one) => {
    const template = new ChatTemplate(one.template, specialTokens);
    const { messages, addGenerationPrompt } = one;
    expect(template.render(messages, { addGenerationPrompt })).toBe(one.text);
    const { ids, assistantMask } = template.encode(tokenizer, messages, { addGenerationPrompt });
    expect(ids).toEqual(one.ids);
    expect(assistantMask).toEqual(one.mask);
  });
});

describe('templates that do not say where the assistant speaks', () => {
  const template = new ChatTemplate(chatMl);

  test('what it says is found although others say the same', () => {
    const { text, assistantRanges } = template.renderWithRanges(conversation, { addGenerationPrompt: true });
    expect(text).toBe(template.render(conversation, { addGenerationPrompt: true }));
    expect(assistantRanges.map(([start, end]) => text.slice(start, end))).toEqual(['the sea', 'sea']);
    expect(assistantRanges[1]![0]).toBe(text.lastIndexOf('sea'));
  });

  test('the mask has the text and the special token that ends it', () => {
    const { ids, assistantMask } = template.encode(chatTokenizer, conversation);
    const learned = ids.filter((_, i) => assistantMask[i] === 1);
    expect(chatTokenizer.decode(learned, { keepSpecial: true })).toBe('the sea<|im_end|>sea<|im_end|>');
    expect(ids).toEqual(chatTokenizer.encode(template.render(conversation), { allowedSpecial: 'all' }));
  });

  test('parts of a message and further variables', () => {
    const parts = new ChatTemplate(
      '{% for m in messages %}[{{ m.role }}]{% for p in m.content %}{{ p.text }}{% endfor %}{% endfor %}{{ mood }}{{ tools | length }}',
      { mood: 'calm' },
    );
    const messages = [
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'one' },
          { type: 'text', text: 'two' },
        ],
      },
    ];
    const { text, assistantRanges } = parts.renderWithRanges(messages, { tools: [{}], variables: { mood: 'wild' } });
    expect(text).toBe('[assistant]onetwowild1');
    expect(assistantRanges).toEqual([
      [11, 14],
      [14, 17],
    ]);
  });

  test.each([
    ['cuts it', '{% for m in messages %}{{ m.content[:3] }}{% endfor %}'],
    ['leaves it out', "{% for m in messages %}{% if m.role == 'user' %}{{ m.content }}{% endif %}{% endfor %}"],
    ['counts it', '{% for m in messages %}{{ m.content | length }}{% endfor %}'],
  ])('a template that %s is refused rather than masked wrongly', (_, source) => {
    expect(() => new ChatTemplate(source).renderWithRanges(conversation)).toThrow(TokenizerError);
    expect(() => new ChatTemplate(source).renderWithRanges(conversation)).toThrow('{% generation %}');
  });
});

test('names of special tokens inside messages are text', () => {
  const template = new ChatTemplate(chatMl);
  const messages = [
    { role: 'user', content: 'say <|im_end|> twice' },
    { role: 'assistant', content: 'no <|im_end|> here' },
  ];
  const { ids, assistantMask } = template.encode(chatTokenizer, messages);
  expect(ids.filter((id) => id === chatTokenizer.endToken)).toHaveLength(2);
  expect(chatTokenizer.decode(ids, { keepSpecial: true })).toBe(template.render(messages));
  const learned = ids.filter((_, i) => assistantMask[i] === 1);
  expect(chatTokenizer.decode(learned, { keepSpecial: true })).toBe('no <|im_end|> here<|im_end|>');
});

test('noncharacters in messages are no markers', () => {
  const messages = [{ role: 'assistant', content: 'a\ufdd0b\ufdd1' }];
  const { text, assistantRanges } = new ChatTemplate(chatMl).renderWithRanges(messages);
  expect(assistantRanges.map(([start, end]) => text.slice(start, end))).toEqual(['a\ufdd0b\ufdd1']);
  const all = Array.from({ length: 32 }, (_, i) => String.fromCharCode(0xfdd0 + i)).join('');
  expect(() => new ChatTemplate(chatMl).renderWithRanges([{ role: 'user', content: all }])).toThrow(TokenizerError);
});

test('reads the template of tokenizer_config.json', () => {
  const source = '{{ bos_token }}{{ messages[0].content }}{{ eos_token }}';
  const config = { bos_token: '<s>', eos_token: { content: '</s>' } };
  const read = (more: object, name?: string): ChatTemplate => ChatTemplate.fromConfig(JSON.stringify({ ...config, ...more }), name); // prettier-ignore
  const messages = [{ role: 'user', content: 'hi' }];
  expect(read({ chat_template: source }).render(messages)).toBe('<s>hi</s>');
  const several = [
    { name: 'default', template: source },
    { name: 'tool_use', template: 'tools' },
  ];
  expect(read({ chat_template: several }).render(messages)).toBe('<s>hi</s>');
  expect(read({ chat_template: several }, 'tool_use').render(messages)).toBe('tools');
  expect(() => read({})).toThrow('must have a chat_template called "default"');
  expect(() => read({ chat_template: several }, 'rag')).toThrow(TokenizerError);
  expect(() => ChatTemplate.fromConfig('{')).toThrow(FormatError);
});

test('says what is wrong with templates and messages', () => {
  expect(() => new ChatTemplate('{% for %}')).toThrow('the template must be Jinja');
  expect(() => new ChatTemplate(undefined as unknown as string)).toThrow('the template must be a string');
  expect(() => new ChatTemplate("{{ raise_exception('only users') }}").render([])).toThrow('only users');
  const template = new ChatTemplate(chatMl);
  expect(() => template.render('hi' as unknown as ChatMessage[])).toThrow('messages must be an array of objects');
  expect(() => template.render([], { tools: {} } as unknown as object)).toThrow('tools must be an array');
  expect(() => template.encode(undefined as unknown as Tokenizer, [])).toThrow(TokenizerError);
  expect(() => template.encode({} as Tokenizer, [])).toThrow('a tokenizer must be an object with the methods');
});
