import { TokenizerError } from '@gptloom/core';
import type { ChatMessage } from './chat-message.ts';

/** Characters that stand in a rendered text for what they mark and are taken out again. */
export interface ChatMarkers {
  /** Before and after what the assistant says. */
  readonly open: string;
  readonly close: string;
  /** Before and after the name of a special token inside a message: it is text there, not the token. */
  readonly plainOpen: string;
  readonly plainClose: string;
}

// U+FDD0 to U+FDEF are noncharacters: Unicode keeps them for the use inside programs, so text does not have them.
const firstNoncharacter = 0xfdd0;
const noncharacters = 32;

/**
 * Four markers that none of the texts has.
 *
 * @throws TokenizerError where the texts use up all noncharacters
 */
export function chooseMarkers(texts: readonly string[]): ChatMarkers {
  const free: string[] = [];
  for (let i = 0; i < noncharacters && free.length < 4; i++) {
    const marker = String.fromCharCode(firstNoncharacter + i);
    if (!texts.some((text) => text.includes(marker))) free.push(marker);
  }
  const [open, close, plainOpen, plainClose] = free;
  if (plainClose === undefined) {
    throw new TokenizerError({
      who: 'ChatTemplate',
      rule: 'messages must not hold the noncharacters U+FDD0 to U+FDEF',
    });
  }
  return { open: open!, close: close!, plainOpen: plainOpen!, plainClose };
}

/** A value with `change` applied to every string in it, keys left out. */
export function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => mapStrings(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapStrings(one, change)]));
}

/** All strings in a value. */
export function stringsIn(value: unknown): string[] {
  const found: string[] = [];
  mapStrings(value, (text) => {
    found.push(text);
    return text;
  });
  return found;
}

/** Messages in which what the assistant says has markers around it; spaces at its ends stay outside, for `trim`. */
export function markAssistant(messages: readonly ChatMessage[], { open, close }: ChatMarkers): ChatMessage[] {
  const mark = (text: string): string => {
    const core = text.trim();
    if (core === '') return text;
    const start = text.indexOf(core);
    return `${text.slice(0, start)}${open}${core}${close}${text.slice(start + core.length)}`;
  };
  return messages.map((message) => {
    const { role, content } = message;
    if (role !== 'assistant') return message;
    if (typeof content === 'string') return { ...message, content: mark(content) };
    if (!Array.isArray(content)) return message;
    const parts = (content as readonly Record<string, unknown>[]).map((part) =>
      typeof part['text'] === 'string' ? { ...part, text: mark(part['text']) } : part,
    );
    return { ...message, content: parts };
  });
}

/** A text in pieces: some are plain text whatever they look like. */
export interface MarkedText {
  readonly text: string;
  /** Ranges of the assistant, in UTF-16 units of `text`. */
  readonly ranges: readonly (readonly [start: number, end: number])[];
  /** Ranges of names of special tokens inside messages. */
  readonly plain: readonly (readonly [start: number, end: number])[];
}

/** Takes the markers out; `undefined` where they are not in pairs. */
export function readMarkers(marked: string, markers: ChatMarkers): MarkedText | undefined {
  const { open, close, plainOpen, plainClose } = markers;
  const ranges: [number, number][] = [];
  const plain: [number, number][] = [];
  let text = '';
  let start = -1;
  let plainStart = -1;
  for (const piece of marked.split(new RegExp(`([${open}${close}${plainOpen}${plainClose}])`))) {
    if (piece === open) {
      if (start >= 0) return undefined;
      start = text.length;
    } else if (piece === close) {
      if (start < 0) return undefined;
      ranges.push([start, text.length]);
      start = -1;
    } else if (piece === plainOpen) plainStart = text.length;
    else if (piece === plainClose) {
      // A template that cuts strings may part the two; what is left of the name is text anyway.
      if (plainStart >= 0 && plainStart < text.length) plain.push([plainStart, text.length]);
      plainStart = -1;
    } else text += piece;
  }
  return start >= 0 ? undefined : { text, ranges, plain };
}
