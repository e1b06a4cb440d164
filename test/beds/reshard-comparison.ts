import type { GatewayManager } from '@shardgate/gateway';
import { eventKey, type Simulator } from '@shardgate/simulator';

/** One event as the bot got it. */
export interface Heard {
  /** The event's identity: what came again with it after a crash, the client drops. */
  readonly id: string;
  readonly t: string;
  readonly key: string | undefined;
  readonly guild: string | undefined;
  readonly shardCount: number;
}

/** What a reshard did to the events of the bot. */
export interface ReshardComparison {
  /** Events of the world that no handler call brought. */
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** Later than one that happened after it in the same guild. */
  readonly reordered: readonly string[];
  /** GUILD_CREATE and GUILD_DELETE that the bot was told as joins and leaves. */
  readonly joins: readonly string[];
  readonly leaves: readonly string[];
}

/** Names that every session has for itself. */
const OWN: ReadonlySet<string> = new Set([
  'READY',
  'RESUMED',
  'GUILD_CREATE',
  'GUILD_DELETE',
  'GUILD_LOADED_DD',
  'GUILD_MEMBERS_CHUNK',
]);

/** The event as the handler of a manager got it. */
export function heard(
  manager: Pick<GatewayManager, 'maxShards' | 'shards'>,
  { t, d, s }: { readonly t: string | null; readonly d: unknown; readonly s: number | null },
  shardId: number,
): Heard {
  const data = d as { id?: string; guild_id?: string };
  const name = t === 'GUILD_LOADED_DD' ? 'GUILD_CREATE' : String(t);
  return {
    id: `${shardId}/${manager.maxShards}:${manager.shards.get(shardId)?.sessionId}:${s}`,
    t: String(t),
    key: eventKey(name, d),
    guild: name === 'GUILD_CREATE' || name === 'GUILD_DELETE' ? data.id : data.guild_id,
    shardCount: manager.maxShards,
  };
}

/** Holds what the bot heard against what happened. */
export function compareReshard(simulator: Simulator, told: readonly Heard[]): ReshardComparison {
  const happened = new Map<string, number>();
  for (const { t, key, number } of simulator.ledger.dispatches()) {
    const name = `${t} ${key}`;
    if (!OWN.has(t) && key !== undefined && !happened.has(name)) happened.set(name, number);
  }
  const seen = new Map<string, number>();
  const newest = new Map<string, number>();
  const reordered: string[] = [];
  const ids = new Set<string>();
  for (const { id, t, key, guild } of told) {
    if (ids.has(id)) continue;
    ids.add(id);
    if (OWN.has(t) || key === undefined) continue;
    const name = `${t} ${key}`;
    seen.set(name, (seen.get(name) ?? 0) + 1);
    const number = happened.get(name) ?? 0;
    const before = newest.get(guild ?? '') ?? 0;
    if (number < before && seen.get(name) === 1) reordered.push(name);
    newest.set(guild ?? '', Math.max(before, number));
  }
  return {
    lost: [...happened.keys()].filter((name) => !seen.has(name)),
    doubled: [...seen].filter(([, times]) => times > 1).map(([name]) => name),
    reordered,
    joins: told.filter(({ t }) => t === 'GUILD_CREATE').map(({ key }) => String(key)),
    leaves: told.filter(({ t }) => t === 'GUILD_DELETE').map(({ key }) => String(key)),
  };
}
