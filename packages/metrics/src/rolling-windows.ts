/** A stretch of tokens that the model sees at once, of which the last ones count. */
export interface RollingWindow {
  /** First token. */
  readonly start: number;
  /** The token after the last. */
  readonly end: number;
  /** How many of the last tokens are scored; the others are context. */
  readonly scored: number;
}

/**
 * Windows in which every token but the first is scored exactly once. The first window scores all it can; each later one
 * goes `stride` tokens on and looks back as far as fits. This is `get_rolling_token_windows` of EleutherAI's
 * lm-evaluation-harness with `max_seq_len = sequenceLength - 1` and `context_len = sequenceLength - stride`.
 *
 * @param count tokens, the one that only gives context included
 * @param sequenceLength the longest window, in tokens
 * @param stride how many new tokens a window scores, from 1 (most context) to `sequenceLength - 1` (least work)
 */
export function rollingWindows(count: number, sequenceLength: number, stride: number): RollingWindow[] {
  const windows: RollingWindow[] = [];
  for (let done = 1; done < count;) {
    const scored = Math.min(count - done, done === 1 ? sequenceLength - 1 : stride);
    done += scored;
    windows.push({ start: Math.max(0, done - sequenceLength), end: done, scored });
  }
  return windows;
}
