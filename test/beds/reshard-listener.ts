import { createEventClient } from '@shardgate/client';
import { eventKey, type Simulator } from '@shardgate/simulator';

/** What a consumer missed or got twice, of all that happened in the world. */
export interface WorldComparison {
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** GUILD_CREATE and GUILD_DELETE: joins and leaves that did not happen. */
  readonly falseGuilds: readonly string[];
}

/** A bot that listens on a WebSocket and is never connected anew. */
export interface ReshardListener {
  /** Shard counts that its events came from. */
  readonly shardCounts: ReadonlySet<number>;
  readonly gaps: readonly string[];
  /** How often it was connected. */
  readonly connections: () => number;
  readonly handled: () => number;
  judge(simulator: Simulator): WorldComparison;
  close(): Promise<void>;
}

/** Names that every session has for itself. */
const OWN: ReadonlySet<string> = new Set(['READY', 'RESUMED', 'GUILD_CREATE', 'GUILD_DELETE', 'GUILD_LOADED_DD']);

/** What happened, whoever tells of it: the same for the old and the new shard. */
function nameOf(t: string, key: string | undefined): string | undefined {
  return OWN.has(t) || key === undefined ? undefined : `${t} ${key}`;
}

export async function startReshardListener(url: string, secretKey: string): Promise<ReshardListener> {
  const times = new Map<string, number>();
  const shardCounts = new Set<number>();
  const falseGuilds: string[] = [];
  const gaps: string[] = [];
  let handled = 0;
  let connections = 0;
  const client = createEventClient({
    url,
    secretKey,
    name: 'bot',
    handleEvent(_client, { id, t, d }) {
      handled++;
      const count = /^\d+\/(?<count>\d+):/.exec(id ?? '')?.groups?.['count'];
      if (count !== undefined) shardCounts.add(Number(count));
      if (t === 'GUILD_CREATE' || t === 'GUILD_DELETE') falseGuilds.push(`${t} ${eventKey(t, d)}`);
      const name = nameOf(t, eventKey(t, d));
      if (name !== undefined) times.set(name, (times.get(name) ?? 0) + 1);
    },
  });
  client.on('gap', (gap) => gaps.push(JSON.stringify(gap)));
  client.on('connected', () => connections++);
  await client.connect();
  return {
    shardCounts,
    gaps,
    connections: () => connections,
    handled: () => handled,
    judge({ ledger }) {
      const happened = new Set(ledger.dispatches().flatMap(({ t, key }) => nameOf(t, key) ?? []));
      return {
        lost: [...happened].filter((name) => !times.has(name)),
        doubled: [...times].filter(([, count]) => count > 1).map(([name]) => name),
        falseGuilds,
      };
    },
    close: () => client.close(),
  };
}
