export { ChatTemplate, type EncodedChat, type RenderedChat } from './chat/chat-template.ts';
export type { ChatMessage, ChatOptions } from './chat/chat-message.ts';
