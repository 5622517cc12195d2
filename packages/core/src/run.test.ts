import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.ts';
import { Run } from './run.ts';

function countTo(limit: number, log: string[] = []): Run<number, string> {
  return new Run(async function* () {
    log.push('start');
    try {
      for (let i = 1; i <= limit; i++) yield i;
      log.push('end');
      return `counted to ${limit}`;
    } finally {
      log.push('cleanup');
    }
  });
}

describe('Run', () => {
  it('does nothing before it is awaited or iterated', async () => {
    const log: string[] = [];
    const run = countTo(2, log);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(log).toEqual([]);
    expect(await run).toBe('counted to 2');
    expect(log).toEqual(['start', 'end', 'cleanup']);
  });

  it('gives its events, then its result as often as asked', async () => {
    const log: string[] = [];
    const run = countTo(3, log);
    const events: number[] = [];
    for await (const event of run) events.push(event);
    expect(events).toEqual([1, 2, 3]);
    expect(await run).toBe('counted to 3');
    expect(await run.then((result) => result.length)).toBe(12);
    expect(log.filter((line) => line === 'start')).toHaveLength(1);
  });

  it('runs once for many that await it', async () => {
    const log: string[] = [];
    const run = countTo(1, log);
    expect(await Promise.all([run, run])).toEqual(['counted to 1', 'counted to 1']);
    expect(log.filter((line) => line === 'start')).toHaveLength(1);
  });

  it('refuses a second iteration, also after an await', async () => {
    const run = countTo(2);
    for await (const event of run) expect(event).toBeGreaterThan(0);
    expect(() => run[Symbol.asyncIterator]()).toThrow(ConfigError);
    const awaited = countTo(2);
    await awaited;
    expect(() => awaited[Symbol.asyncIterator]()).toThrow(/iterated once/);
  });

  it('cleans up on break and has no result then', async () => {
    const log: string[] = [];
    const run = countTo(5, log);
    for await (const event of run) if (event === 2) break;
    expect(log).toEqual(['start', 'cleanup']);
    await expect(run).rejects.toThrow(/left before its end/);
    await expect(run).rejects.toBeInstanceOf(ConfigError);
  });

  it('cleans up when the body of the loop throws', async () => {
    const log: string[] = [];
    const consume = async (): Promise<void> => {
      for await (const event of countTo(5, log)) throw new Error(`seen ${event}`);
    };
    await expect(consume()).rejects.toThrow('seen 1');
    expect(log).toEqual(['start', 'cleanup']);
  });

  it('has no result when it is left before its first event', async () => {
    const log: string[] = [];
    const run = countTo(5, log);
    await run[Symbol.asyncIterator]().return(undefined);
    await expect(run).rejects.toThrow(/left before its end/);
    expect(log).toEqual([]);
  });

  it('hands an error of the work to whoever drives it, and to later awaits', async () => {
    const failing = (): Run<number, never> =>
      new Run(async function* () {
        yield 1;
        throw new Error('broken');
      });
    await expect(failing()).rejects.toThrow('broken');
    const run = failing();
    const iterate = async (): Promise<void> => {
      for await (const event of run) expect(event).toBe(1);
    };
    await expect(iterate()).rejects.toThrow('broken');
    await expect(run).rejects.toThrow('broken');
  });

  it('rejects when the work can not even start', async () => {
    const run = new Run<number, void>(() => {
      throw new Error('no start');
    });
    await expect(run).rejects.toThrow('no start');
  });

  it('rejects with the error of a failed cleanup', async () => {
    const run = new Run<number, void>(async function* () {
      try {
        yield 1;
      } finally {
        throw new Error('stuck');
      }
    });
    const leave = async (): Promise<void> => {
      for await (const event of run) if (event === 1) break;
    };
    await expect(leave()).rejects.toThrow('stuck');
  });

  it('lets the event loop turn between events', async () => {
    let turns = 0;
    let running = true;
    const tick = (): void => {
      turns++;
      if (running) setImmediate(tick);
    };
    setImmediate(tick);
    await countTo(50);
    running = false;
    expect(turns).toBeGreaterThanOrEqual(49);
  });
});
