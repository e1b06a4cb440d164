import { randomBytes } from 'node:crypto';
import { startRole, type ChildRole } from './child-role.ts';
import type { RoleMessage } from './role-messages.ts';

/** What `shardgate demo` was asked for. */
export interface DemoSettings {
  readonly shards: number;
  readonly rate: number;
  readonly seconds?: number;
  /** A real bot's token: no simulator. */
  readonly token: string | undefined;
  /** Another API than Discord's. */
  readonly apiUrl: string | undefined;
}

const DISCORD_API_URL = 'https://discord.com/api';
const SIMULATED_TOKEN = 'simulated-bot-token';

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/**
 * Runs the chain of the tutorial as separate processes until Ctrl-C (or for `seconds`), a summary line each second.
 *
 * @returns the exit code: 0 after a clean stop, 1 when a process failed
 */
export async function runDemo(settings: DemoSettings): Promise<number> {
  const running: ChildRole[] = [];
  let handled = 0;
  let exitCode = 0;
  let stop: () => void = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const fail = (reason: string): void => {
    print(`failed: ${reason}`);
    exitCode = 1;
    stop();
  };
  const hear = (message: RoleMessage): void => {
    if (message.type === 'note') print(message.text);
    else if (message.type === 'failed') fail(message.text);
    else if (message.type === 'handled') {
      handled = message.events;
      for (const sample of message.samples) print(`  ${sample}`);
    } else if (message.type === 'gateway') {
      const { ready, total, received, pending, lagMs } = message;
      print(
        `shards ${ready}/${total} ready | received ${received}/s | handled ${handled}/s | waiting ${pending} | lag ${lagMs} ms`,
      );
    }
  };
  const start = (name: string, environment: Readonly<Record<string, string>>): ChildRole => {
    const role = startRole(name, environment, hear, fail);
    running.push(role);
    return role;
  };

  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const timer = settings.seconds === undefined ? undefined : setTimeout(stop, settings.seconds * 1000);
  try {
    await startChain(settings, start);
    await stopped;
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
  clearTimeout(timer);
  print('stopping: sessions are written down, sockets are closed resumably');
  // The gateway first, so that what it holds still finds its event handler.
  for (const role of running.reverse()) await role.stop();
  print('stopped');
  process.off('SIGINT', stop);
  process.off('SIGTERM', stop);
  return exitCode;
}

async function startChain(
  settings: DemoSettings,
  start: (name: string, environment: Readonly<Record<string, string>>) => ChildRole,
): Promise<void> {
  const simulated = settings.token === undefined && settings.apiUrl === undefined;
  let apiUrl = settings.apiUrl ?? DISCORD_API_URL;
  if (simulated) {
    apiUrl = await start('simulator', {
      SIMULATOR_SHARDS: String(settings.shards),
      SIMULATOR_RATE: String(settings.rate),
    }).listening;
    print(`simulator      ${apiUrl}   (set DISCORD_TOKEN to use Discord instead)`);
  }
  const environment = {
    DISCORD_TOKEN: settings.token ?? SIMULATED_TOKEN,
    DISCORD_API_URL: apiUrl,
    REST_AUTHORIZATION: randomBytes(16).toString('hex'),
    EVENT_HANDLER_SECRET_KEY: randomBytes(16).toString('hex'),
  };
  const restUrl = await start('rest', environment).listening;
  print(`REST process   ${restUrl}`);
  const handlerUrl = await start('event-handler', environment).listening;
  print(`event handler  ${handlerUrl}`);
  print('gateway        connecting; Ctrl-C stops everything');
  start('gateway', {
    ...environment,
    REST_URL: restUrl,
    EVENT_HANDLER_URL: handlerUrl,
    KEEP_SESSIONS: settings.token === undefined ? 'no' : 'yes',
  });
}
