import type * as FileSystem from 'node:fs/promises';

const minute = 60_000;
const day = 24 * 60 * minute;

/**
 * Removes what writes to the file `name` left beside it when their process died: `name.partial-PROCESS-COUNT`. A file
 * goes when nothing was written to it for a minute and its process is no more, or for a day, because process ids are
 * used again. It fails silently: the write that follows does not depend on it.
 */
export async function removeOrphans(fs: typeof FileSystem, directory: string, name: string): Promise<void> {
  const entries = await fs.readdir(directory).catch(() => []);
  for (const entry of entries) {
    const [, writer] = entry.startsWith(`${name}.`)
      ? (/^\.partial-(\d+)-\d+$/.exec(entry.slice(name.length)) ?? [])
      : [];
    if (writer === undefined) continue;
    try {
      const path = `${directory}/${entry}`;
      const age = Date.now() - (await fs.stat(path)).mtimeMs;
      if (age > day || (age > minute && !isRunning(Number(writer)))) await fs.rm(path, { force: true });
    } catch {
      continue;
    }
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and another user's.
    return (error as { code?: unknown }).code !== 'ESRCH';
  }
}
