import { fork } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { json, startStandIn, until } from './http-stand-in.ts';

it('A40 a REST process that gets SIGTERM answers what is in flight and then ends', async () => {
  let finish = (): void => undefined;
  const discord = await startStandIn((_, response) => {
    finish = () => json(response, 200, { done: true });
  });
  // The built package: run the build first.
  const child = fork(new URL('sigterm-child.mjs', import.meta.url), {
    env: { ...process.env, DISCORD_URL: discord.url },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const [url] = (await once(child, 'message')) as [string];

  const answer = fetch(`${url}/v10/channels/1/messages`, { method: 'POST', body: '{}' });
  await until('the request is at Discord', () => discord.seen.length === 1);
  const stopping = once(child, 'message');
  child.kill('SIGTERM');
  expect(await stopping).toEqual(['stopping', undefined]);
  finish();

  expect(await (await answer).json()).toEqual({ done: true });
  expect(await exited).toEqual([0, null]);
});
