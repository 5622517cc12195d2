import { ConfigError } from './config-error.ts';

/** What a file store was doing when the file system refused. */
export type FileAction = 'read' | 'write' | 'list' | 'remove' | 'size';

const rules: Record<string, string> = {
  EACCES: 'the file system must permit it',
  EPERM: 'the file system must permit it',
  EROFS: 'the disk must be writable',
  ENOSPC: 'the disk must have room',
  EDQUOT: 'the disk quota must have room',
  EFBIG: 'the file must be no larger than the file system permits',
  ENOTDIR: 'every part of the path before the last must be a directory',
  EEXIST: 'every part of the path before the last must be a directory',
  EISDIR: 'the place of the file must not be taken by a directory',
  ENOTEMPTY: 'the place of the file must not be taken by a directory',
  ENAMETOOLONG: 'the path must be short enough for the file system',
  ELOOP: 'symbolic links must not lead in a circle',
  EMFILE: 'fewer files must be open at a time',
  ENFILE: 'fewer files must be open at a time',
  EBUSY: 'no other program must hold the file',
  EIO: 'the disk must work',
  ENOENT: 'the directory must stay where it is in the meantime',
};

/** The `code` of an error of the file system, as `ENOENT`; `undefined` for anything else. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/**
 * Runs one call of the file system; what the system refuses becomes a ConfigError in plain words, with the system's
 * error as its cause. Other errors pass.
 *
 * @param what the path and its store, for the message
 */
export async function withPlainErrors<T>(action: FileAction, what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw new ConfigError({
      who: 'FileStore',
      rule: `${action}: ${rules[code] ?? 'the file system must be able to do it'}`,
      received: `${code} for ${what}`,
      cause: error,
    });
  }
}
