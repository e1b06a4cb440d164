import type { ReadStream } from 'node:tty';

/** What Ctrl-C sends while the terminal hands over each key. */
const CTRL_C = '\u0003';

/** Calls the function of each key that is pressed, Ctrl-C as `q`. Gives what puts the terminal back as it was. */
export function listenToKeys(terminal: ReadStream, keys: Readonly<Record<string, () => void>>): () => void {
  const onData = (chunk: Buffer): void => {
    for (const key of chunk.toString()) keys[key === CTRL_C ? 'q' : key.toLowerCase()]?.();
  };
  terminal.setRawMode(true);
  terminal.on('data', onData);
  terminal.resume();
  return () => {
    terminal.off('data', onData);
    terminal.setRawMode(false);
    terminal.pause();
  };
}
