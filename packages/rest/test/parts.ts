import { onTestFinished } from 'vitest';
import { createRestManager, createRestProcess } from '../src/index.ts';
import type { RestManager, RestManagerOptions, RestProcess, RestProcessOptions } from '../src/index.ts';

export const TOKEN = 'MTk4NjIy.Canary.bot-token-4711';
export const SECRET = 'canary-secret-key-0815';

/** A manager that is closed when the test ends. */
export function openManager(options: RestManagerOptions): RestManager {
  const rest = createRestManager(options);
  onTestFinished(() => rest.close(rest));
  return rest;
}

/** A listening REST process in front of `discordUrl`, stopped when the test ends, and a manager that calls it. */
export async function startProcess(
  discordUrl: string,
  options: Partial<RestProcessOptions> = {},
): Promise<{ restProcess: RestProcess; url: string; rest: RestManager }> {
  const restProcess = createRestProcess({
    token: TOKEN,
    secretKey: SECRET,
    port: 0,
    discordUrl,
    random: () => 0,
    stopTimeout: 50,
    ...options,
  });
  const { url } = await restProcess.start(restProcess);
  onTestFinished(() => restProcess.stop(restProcess));
  return { restProcess, url, rest: openManager({ secretKey: SECRET, customUrl: url }) };
}
