import { maxPages, pageBytes } from './memory-map.ts';

/**
 * Bytes that the engine may take: the 4 GiB of one WebAssembly memory, or what is left to it of the machine's memory or of the
 * limit of the container, if that is less. What other processes use at the moment is not counted: it changes, and in
 * containers it can not be told from files that the system keeps in memory. 0 where this process has taken it all.
 */
export function engineMemoryLimit(): number {
  const whole = maxPages * pageBytes;
  const { process } = globalThis;
  const os = process?.getBuiltinModule?.('node:os');
  if (os === undefined) return whole;
  const machine = os.totalmem();
  // No limit is 0, nothing, or a number beyond all memory, by platform and version of Node.
  const container = process.constrainedMemory?.() ?? 0;
  const available = container > 0 && container < machine ? container : machine;
  const left = Math.max(0, available - process.memoryUsage.rss());
  return Math.min(whole, Math.floor(left / pageBytes) * pageBytes);
}
