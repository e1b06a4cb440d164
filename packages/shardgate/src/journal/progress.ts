const TERMINAL_MS = 200;
const LINES_MS = 2_000;

/** Shows how far a long command is, on the error stream: on a terminal one changing line, elsewhere a JSON object a line. Gives what ends it. */
export function showProgress(what: string, figures: () => Readonly<Record<string, number>>): () => void {
  const { stderr } = process;
  const show = (): void => {
    if (stderr.isTTY) {
      const parts = Object.entries(figures()).map(([name, value]) => `${name} ${value.toLocaleString('en')}`);
      stderr.write(`\r\u001B[2K${what}: ${parts.join(', ')}`);
    } else stderr.write(`${JSON.stringify({ event: 'progress', command: what, ...figures() })}\n`);
  };
  const timer = setInterval(show, stderr.isTTY ? TERMINAL_MS : LINES_MS);
  return () => {
    clearInterval(timer);
    if (stderr.isTTY) stderr.write('\r\u001B[2K');
  };
}
