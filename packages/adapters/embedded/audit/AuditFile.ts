import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreUnavailableError } from '@nexus/shared';
import { syncFolder } from './auditFiles.ts';

const FILE_MODE = 0o600;

/** A file that is appended to. After a failure it must be closed, and what lies there looked at anew. */
export class AuditFile {
  readonly name: string;
  readonly #path: string;
  readonly #handle: FileHandle;
  #size: number;

  private constructor(folder: string, name: string, handle: FileHandle, size: number) {
    this.name = name;
    this.#path = join(folder, name);
    this.#handle = handle;
    this.#size = size;
  }

  /** @throws the file system's error */
  static async make(folder: string, name: string): Promise<AuditFile> {
    const handle = await open(join(folder, name), 'ax', FILE_MODE);
    try {
      await syncFolder(folder);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return new AuditFile(folder, name, handle, 0);
  }

  /** @throws the file system's error */
  static async reopen(folder: string, name: string, size: number): Promise<AuditFile> {
    const handle = await open(join(folder, name), constants.O_WRONLY | constants.O_APPEND);
    return new AuditFile(folder, name, handle, size);
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Resolves when the text is durable, and still to be found by the file's name. When it throws, what was written of it
   * has been taken back as far as the file system lets it.
   *
   * @throws the file system's error; StoreUnavailableError - the file is no longer at its place
   */
  async append(text: string): Promise<void> {
    try {
      await this.#handle.appendFile(text);
      await this.#handle.datasync();
      await this.#checkPlace();
    } catch (error) {
      await this.#takeBack();
      throw error;
    }
    this.#size += Buffer.byteLength(text);
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => {});
  }

  /** A file that was removed or replaced takes writes that nobody will ever read. */
  async #checkPlace(): Promise<void> {
    const [own, found] = await Promise.all([this.#handle.stat({ bigint: true }), stat(this.#path, { bigint: true })]);
    if (own.dev === found.dev && own.ino === found.ino) return;
    const reason = `${this.#path} was replaced by another file`;
    throw new StoreUnavailableError(reason, { reason });
  }

  async #takeBack(): Promise<void> {
    try {
      await this.#handle.truncate(this.#size);
      await this.#handle.datasync();
    } catch {
      // What stays is found and marked as torn before the chain goes on.
    }
  }
}
