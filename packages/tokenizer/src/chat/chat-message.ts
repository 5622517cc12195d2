/** One message of a conversation, as chat templates know it. */
export interface ChatMessage {
  /** Who speaks: `system`, `user`, `assistant`, `tool`. */
  readonly role: string;
  /** What is said: a text, or parts of which those of type `text` have a `text`; `null` beside tool calls. */
  readonly content?: string | readonly Readonly<Record<string, unknown>>[] | null | undefined;
  /** Whatever else the template reads, for example `tool_calls`. */
  readonly [member: string]: unknown;
}

/** What goes to a template besides the messages. */
export interface ChatOptions {
  /** Whether the text ends with what opens an answer of the assistant. Default false. */
  readonly addGenerationPrompt?: boolean | undefined;
  /** Tools in the JSON schema of function calls. */
  readonly tools?: readonly unknown[] | undefined;
  /** Documents, for templates that read them. */
  readonly documents?: readonly unknown[] | undefined;
  /** Further variables of the template, for example `enable_thinking`. */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}
