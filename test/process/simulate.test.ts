import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../../packages/shardgate/dist/bin.js', import.meta.url));

it('shardgate simulate answers as Discord does at the address it prints, and counts violations at Ctrl-C', async () => {
  const child = spawn(
    process.execPath,
    [BIN, 'simulate', '--port', '0', '--shards', '7', '--concurrency', '3', '--token', 'good'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    const lines: string[] = [];
    const reader = createInterface({ input: child.stdout });
    reader.on('line', (line) => lines.push(line));
    await expect
      .poll(() => lines.find((line) => line.startsWith('DISCORD_API_URL=')), { timeout: 20_000 })
      .toBeDefined();
    const apiUrl = lines.find((line) => line.startsWith('DISCORD_API_URL='))?.split('=')[1] ?? '';

    const ask = (token: string): Promise<Response> =>
      fetch(`${apiUrl}/v10/gateway/bot`, { headers: { authorization: `Bot ${token}` } });
    const answer: unknown = await (await ask('good')).json();
    expect(answer).toMatchObject({ shards: 7, session_start_limit: { max_concurrency: 3 } });
    expect((await ask('bad')).status).toBe(401);

    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect(lines.at(-1)).toBe('0 violations');
  } finally {
    child.kill('SIGKILL');
  }
});
