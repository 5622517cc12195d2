import { CheckpointError, type FileStore } from '@gptloom/core';

const fileName = 'writer';

/**
 * Sees to it that the checkpoints in a store are written by one run at a time. The file `writer` names the run that wrote last; a run
 * that finds another name there than it knows has met a second one. Nothing is locked: after a crash any run may go on.
 */
export class SoleWriter {
  private readonly store: FileStore;
  private readonly own = crypto.randomUUID();
  private known: string | undefined;

  constructor(store: FileStore) {
    this.store = store;
  }

  /** Remembers who wrote before this run began. */
  async begin(): Promise<void> {
    this.known = await this.read();
  }

  /**
   * To be called before anything is written or removed.
   *
   * @throws CheckpointError where another run has written since `begin` or the last call
   */
  async assert(): Promise<void> {
    if ((await this.read()) !== this.known) {
      throw new CheckpointError({
        who: 'Trainer',
        rule: `${this.store.description} must be written by one run at a time`,
        received: 'checkpoints of another run since this one began; they are left as they are',
        suggestion: 'stop one of the two, or give each a directory of its own',
      });
    }
    if (this.known === this.own) return;
    await this.store.write(fileName, new TextEncoder().encode(this.own));
    this.known = this.own;
  }

  private async read(): Promise<string | undefined> {
    if ((await this.store.size(fileName)) === undefined) return undefined;
    return new TextDecoder().decode(await this.store.read(fileName));
  }
}
