/**
 * Lets the event loop turn once, so that timers, input and Ctrl-C are served during long work. Uses `setImmediate`
 * where it exists (Node, Bun) and a message channel in browsers, which does not suffer the 4 ms floor of nested timers.
 */
export function nextTick(): Promise<void> {
  if (typeof setImmediate === 'function') return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
