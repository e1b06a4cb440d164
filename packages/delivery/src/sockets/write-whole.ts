import type { Writable } from 'node:stream';

/**
 * Writes bytes; resolves when the system has taken all of them.
 *
 * @throws {Error} with the message `gone`, when the stream was closed before that
 */
export function writeWhole(stream: Writable, bytes: Buffer, gone: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => {
      // Node calls back without an error for a write that was cut off by the end of its socket.
      if (error || stream.destroyed) reject(new Error(gone, { cause: error }));
      else resolve();
    });
  });
}
