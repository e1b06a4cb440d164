import { mkdir, open, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

const LINE_FEED = 0x0a;

/** A file of lines that grows to a size and then makes way for a new one. */
export interface AppendFile {
  /**
   * Appends whole lines; resolves when they are on the disk. Calls must not overlap.
   *
   * @throws {Error} the disk refused; the file is opened anew by the next call, and half a line stays a line of its own
   */
  append(lines: Buffer): Promise<void>;
  close(): Promise<void>;
}

/** Creates it; the file is opened by the first append. */
export function createAppendFile(path: string, maxBytes: number): AppendFile {
  let file: FileHandle | undefined;
  let size = 0;

  async function openFile(): Promise<FileHandle> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const opened = await open(path, 'a+', 0o600);
    try {
      const state = await opened.stat();
      // The mode above is for new files only.
      if (state.isFile()) await opened.chmod(0o600);
      size = state.size;
      if (size > 0 && (await lastByte(opened, size)) !== LINE_FEED) await opened.appendFile('\n');
    } catch (error) {
      await opened.close();
      throw error;
    }
    return opened;
  }

  async function closeFile(): Promise<void> {
    const open = file;
    file = undefined;
    await open?.close();
  }

  return {
    append: async (lines) => {
      file ??= await openFile();
      if (size > 0 && size + lines.length > maxBytes) {
        await closeFile();
        await rename(path, `${path}.1`);
        file = await openFile();
      }
      try {
        await file.appendFile(lines);
        await file.datasync();
        size += lines.length;
      } catch (error) {
        // After a failed sync nothing is known of this file's cached pages: only a new handle and new writes can be trusted.
        await closeFile().catch(() => undefined);
        throw error;
      }
    },
    close: closeFile,
  };
}

async function lastByte(file: FileHandle, size: number): Promise<number | undefined> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0];
}
