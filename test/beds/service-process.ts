import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startCommand, type CommandProcess } from '../process/demo-process.ts';

export const SERVICE_TOKEN = 'canary-service-token.secret.value';
export const ADMIN_KEY = 'canary-admin-key-0123456789abcdef';

/** A `shardgate start` in a folder of its own. */
export interface ServiceProcess extends CommandProcess {
  /** Address of its admin API, once it has started. */
  readonly adminUrl: Promise<string>;
  /** Calls its admin API with the key. */
  call(path: string, init?: { method: string; body?: object }): Promise<{ status: number; text: string }>;
}

export interface ServiceSettings {
  readonly folder: string;
  readonly apiUrl: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Over what the tests take by default. */
  readonly configuration?: object;
}

/** Starts the service as a user does: with a file and a few variables. */
export async function startService({
  folder,
  apiUrl,
  env = {},
  configuration = {},
}: ServiceSettings): Promise<ServiceProcess> {
  const file = {
    admin: { port: 0, secretKey: ADMIN_KEY },
    sinks: [{ type: 'unix', name: 'bot', path: join(folder, 'bot.sock') }],
    ...configuration,
  };
  await writeFile(join(folder, 'shardgate.config.json'), JSON.stringify(file));
  const command = startCommand(['start'], {
    cwd: folder,
    env: { DISCORD_TOKEN: SERVICE_TOKEN, DISCORD_API_URL: apiUrl, ...env },
  });
  const adminUrl = command
    .printed(/"admin":"http/)
    .then(() => /"admin":"(?<url>http[^"]+)"/.exec(command.output())?.groups?.['url'] ?? '');
  adminUrl.catch(() => {});
  return {
    ...command,
    adminUrl,
    async call(path, { method, body } = { method: 'GET' }) {
      const response = await fetch(new URL(path, await adminUrl), {
        method,
        headers: {
          Authorization: `Bearer ${ADMIN_KEY}`,
          'X-Shardgate': '1',
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, text: await response.text() };
    },
  };
}

/** Resolves when the service says that it is ready. */
export async function whenReady(service: ServiceProcess, deadlineMs = 60_000): Promise<void> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const { status, text } = await service.call('/readyz');
    if (status === 200) return;
    if (performance.now() > end) throw new Error(`not ready after ${deadlineMs} ms: ${text}`);
    await wait(50);
  }
}
