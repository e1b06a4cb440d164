import { randomBytes } from 'node:crypto';
import { startRole, type ChildRole } from './child-role.ts';
import type { DemoSettings } from './demo-settings.ts';
import type { RoleMessage, RoleName } from './role-messages.ts';

const DISCORD_API_URL = 'https://discord.com/api';
const SIMULATED_TOKEN = 'simulated-bot-token';

/** Those that can be killed. */
export type Victim = 'bot' | 'gateway';

/** How long a killed process stays away: the bot long enough to see its backlog grow. */
const AWAY_MS: Readonly<Record<Victim, number>> = { bot: 1_500, gateway: 0 };

/** The demo's processes, started in order, each killed and started again at will. */
export interface Chain {
  /** True without a real token: then a simulator is one of them. */
  readonly isSimulated: boolean;
  readonly kills: Readonly<Record<Victim, number>>;
  /** Starts them all; resolves with where each listens. */
  start(): Promise<Readonly<Record<Exclude<RoleName, 'bot'>, string>>>;
  /** Whether a process is killed and not up again. */
  isAway(name: Victim): boolean;
  /** SIGKILL, and a new process after a while. Resolves when that is started; does nothing while it is away already. */
  kill(name: Victim): Promise<void>;
  /** Resolves when nobody is away. */
  whole(): Promise<void>;
  /** Has the simulator say what it has sent; with `quiet` it sends nothing after that. */
  ask(command: 'report' | 'quiet'): void;
  /** Ends all, the last one first. */
  stop(): Promise<void>;
}

export interface ChainOptions extends Pick<DemoSettings, 'shards' | 'rate' | 'token' | 'apiUrl'> {
  /** Where the gateway keeps what has to outlive it. */
  readonly stateFolder: string;
  /** The file in which the bot writes down what it has done. */
  readonly botLog: string;
  hear(message: RoleMessage): void;
  /** A process ended by itself, or did not come up. */
  fail(reason: string): void;
}

export function createChain(options: ChainOptions): Chain {
  const { token, apiUrl, hear, fail } = options;
  const isSimulated = token === undefined && apiUrl === undefined;
  const running = new Map<RoleName, ChildRole>();
  const away = new Map<Victim, Promise<void>>();
  const kills = { bot: 0, gateway: 0 };
  let isStopping = false;
  const environment: Record<string, string> = {
    DISCORD_TOKEN: token ?? SIMULATED_TOKEN,
    DISCORD_API_URL: apiUrl ?? DISCORD_API_URL,
    REST_AUTHORIZATION: randomBytes(16).toString('hex'),
    EVENTS_SECRET_KEY: randomBytes(16).toString('hex'),
    EVENTS_PORT: '0',
    SIMULATOR_SHARDS: String(options.shards),
    SIMULATOR_RATE: String(options.rate),
    STATE_FOLDER: options.stateFolder,
    BOT_LOG: options.botLog,
  };

  const launch = (name: RoleName): ChildRole => {
    const role = startRole(name, environment, hear, fail);
    running.set(name, role);
    return role;
  };

  const replace = async (name: Victim): Promise<void> => {
    await running.get(name)?.kill();
    await new Promise((resolve) => setTimeout(resolve, AWAY_MS[name]));
    if (isStopping) return;
    const role = launch(name);
    if (name === 'gateway') await role.listening;
  };

  return {
    isSimulated,
    kills,
    async start() {
      const simulator = isSimulated ? await launch('simulator').listening : '';
      if (isSimulated) environment['DISCORD_API_URL'] = simulator;
      const rest = await launch('rest').listening;
      environment['REST_URL'] = rest;
      const gateway = await launch('gateway').listening;
      environment['EVENTS_URL'] = gateway;
      environment['EVENTS_PORT'] = new URL(gateway).port;
      launch('bot');
      return { simulator, rest, gateway };
    },
    isAway: (name) => away.has(name),
    kill(name) {
      const before = away.get(name);
      if (before !== undefined || !running.has(name) || isStopping) return before ?? Promise.resolve();
      kills[name]++;
      const back = replace(name)
        .catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)))
        .finally(() => away.delete(name));
      away.set(name, back);
      return back;
    },
    async whole() {
      await Promise.all(away.values());
    },
    ask: (type) => running.get('simulator')?.tell({ type }),
    async stop() {
      isStopping = true;
      await Promise.all(away.values());
      for (const role of [...running.values()].reverse()) await role.stop();
    },
  };
}
