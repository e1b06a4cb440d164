import type { SinkDoor } from '@shardgate/delivery';
import type { RedisConnection } from './redis-connection.ts';

/** What a server says of itself, as far as it may be asked. */
export interface ServerFacts {
  /** Changes with each start of the server. */
  readonly runId: string | undefined;
  readonly clientId: number | undefined;
  /** How long what it acknowledged can be lost with it. */
  readonly durability: 'always' | 'everysec' | 'no' | 'memory' | 'unknown';
  /** `maxmemory-policy`. */
  readonly eviction: string | undefined;
}

/** Asks a new connection; a user that may not ask learns nothing, which is no failure. */
export async function readServerFacts(connection: Pick<RedisConnection, 'run'>): Promise<ServerFacts> {
  const [info, clientId, appendFsync] = await connection.run([
    ['INFO'],
    ['CLIENT', 'ID'],
    ['CONFIG', 'GET', 'appendfsync'],
  ]);
  const facts = new Map(
    (typeof info === 'string' ? info : '').split('\r\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)] as const;
    }),
  );
  return {
    runId: facts.get('run_id'),
    clientId: typeof clientId === 'number' ? clientId : undefined,
    durability: durabilityOf(facts.get('aof_enabled'), Array.isArray(appendFsync) ? appendFsync[1] : undefined),
    eviction: facts.get('maxmemory_policy'),
  };
}

function durabilityOf(aofEnabled: string | undefined, appendFsync: unknown): ServerFacts['durability'] {
  if (aofEnabled === '0') return 'memory';
  if (aofEnabled !== '1') return 'unknown';
  return appendFsync === 'always' || appendFsync === 'everysec' || appendFsync === 'no' ? appendFsync : 'unknown';
}

const DURABILITY: Readonly<Record<ServerFacts['durability'], readonly ['info' | 'warn', string] | undefined>> = {
  always: ['info', 'what it acknowledges is on its disk (appendfsync always)'],
  everysec: ['info', 'what it acknowledges is on its disk within about a second (appendfsync everysec)'],
  no: ['warn', 'what it acknowledges reaches its disk when its system likes (appendfsync no)'],
  memory: [
    'warn',
    'it keeps no append-only file, so what it acknowledged and no consumer has taken is lost when it restarts; set appendonly yes',
  ],
  unknown: undefined,
};

/** Says in the log what an acknowledgement of this server is worth. */
export function reportFacts({ durability, eviction }: ServerFacts, where: string, report: SinkDoor['report']): void {
  const line = DURABILITY[durability];
  if (line !== undefined) report(line[0], `Redis ${where}: ${line[1]}`);
  if (eviction?.startsWith('allkeys') === true)
    report(
      'warn',
      `Redis ${where} may throw away events to make room (maxmemory-policy ${eviction}); set maxmemory-policy noeviction`,
    );
}
