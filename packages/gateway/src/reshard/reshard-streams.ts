import { WireError, type Payload } from '@shardgate/wire';
import { guildEventOf, marked } from '../filters/filter-dispatch.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { pauseIfFull, settle, takeOff } from '../shard/in-flight.ts';
import { filtered } from '../shard/filtered.ts';
import type { Shard } from '../shard/shard.ts';
import type { ReshardStreams, WaitingEvent } from './crossing.ts';
import { eventKey, guildOf, isOfOneSession } from './event-key.ts';
import { createGuildStreams, type AwaitedEntry, type ShownEntry } from './guild-streams.ts';
import { createNewShardClocks, type PathKey } from './new-shard-clocks.ts';

/** Direct messages, and what concerns no guild: shard 0 has them. */
const NO_GUILD = '';
/** What an old shard has not shown when it shows what came so much later it will not show: its word counts until the cut. Milliseconds. */
const AWAITED_FOR_MS = 60_000;
/** The same for guilds whose old shard another process has: nobody here will show it. */
const FOREIGN_FOR_MS = 5_000;

interface HeldEvent extends AwaitedEntry, Omit<WaitingEvent, 'gone'> {}

/** Creates the streams between the shards of `gateway` and those of `next`. */
export function createReshardStreams(gateway: GatewayManager, next: GatewayManager): ReshardStreams {
  const { clock } = gateway;
  const guilds = createGuildStreams<HeldEvent>();
  const clocks = createNewShardClocks();
  /** When a new shard showed the newest event that an old one has shown, too. */
  const oldProgress = new Map<string, number>();
  let held: HeldEvent[] = [];
  let heldBytes = 0;
  let heldEvents = 0;
  let frozen: WaitingEvent[] | undefined;
  /** Guilds that a worker's old shard knows already, and that the bot has not heard of. */
  const frozenJoins = new Set<string>();
  let holdsAll = false;

  const newShardOf = (guild: string): number => shardIdOf(guild, next.maxShards);
  const oldShardOf = (guild: string): number => shardIdOf(guild, gateway.maxShards);
  const hasOldShard = (guild: string): boolean => gateway.shards.has(oldShardOf(guild));

  const pathOf = (guild: string): PathKey => ({ oldShardId: oldShardOf(guild), newShardId: newShardOf(guild) });

  /** The guild of an event that is held against the other stream; undefined for one that is not. */
  const streamOf = (shard: Shard, payload: Payload): string | undefined =>
    guildOf(payload) ?? (shard.id === 0 ? NO_GUILD : undefined);

  const wait = (manager: GatewayManager, shard: Shard, payload: Payload): Pick<WaitingEvent, 'tracker' | 'flight'> => {
    const { tracker } = shard;
    const flight = tracker.begin(payload.s, payload.bytes.length, clock.now(), true);
    takeOff(shard, flight);
    pauseIfFull(manager, shard);
    return { tracker, flight };
  };
  const release = (entry: HeldEvent): void => {
    heldEvents--;
    heldBytes -= entry.flight.bytes;
  };
  const dropHeld = (entry: HeldEvent): void => {
    release(entry);
    settle(next, entry.shard, entry.tracker, entry.flight);
  };

  const showOld = (shard: Shard, payload: Payload): void => {
    if (isOfOneSession(payload)) return;
    const guild = streamOf(shard, payload);
    if (guild === undefined || !next.shards.has(newShardOf(guild))) return;
    const shown = guilds.showOld(guild, eventKey(payload), clock.now());
    const path = pathOf(guild);
    if (!('shard' in shown)) return clocks.shown(path, shown);
    const name = `${path.oldShardId}>${path.newShardId}`;
    oldProgress.set(name, Math.max(oldProgress.get(name) ?? 0, shown.at));
    clocks.matched(path, clock.now());
    dropHeld(shown);
  };

  const showNew = (shard: Shard, payload: Payload): void => {
    const dealtWith = (): void => {
      if (payload.s !== null) shard.tracker.settleNow(payload.s);
    };
    if (isOfOneSession(payload)) return dealtWith();
    const guild = streamOf(shard, payload);
    if (guild === undefined) return dealtWith();
    const key = eventKey(payload);
    const passed = payload.t === 'GUILD_CREATE' || payload.t === 'GUILD_DELETE' ? guildEvent(shard, payload) : payload;
    if (passed === NOISE) return dealtWith();
    const shownAt = holdsAll ? undefined : guilds.showNew(guild, key);
    if (shownAt !== undefined) {
      clocks.matched(pathOf(guild), shownAt);
      return dealtWith();
    }
    const filtered = payload.t === 'GUILD_CREATE' || payload.t === 'GUILD_DELETE';
    const entry = {
      ...wait(next, shard, payload),
      guild,
      key,
      at: clock.now(),
      gone: false,
      shard,
      payload: passed,
      filtered,
    };
    guilds.hold(entry);
    held.push(entry);
    heldEvents++;
    heldBytes += entry.flight.bytes;
  };

  /** The new shard's own view of a guild; {@link NOISE} when it only loads what the old ones have. */
  const guildEvent = (shard: Shard, payload: Payload): Payload | undefined | typeof NOISE => {
    const passed = filtered(next, shard, payload);
    if (passed === undefined || guildEventOf(passed) !== 'startup') return passed;
    const id = guildOf(payload) ?? '';
    const old = gateway.shards.get(shardIdOf(id, gateway.maxShards));
    // A guild that nobody here knew: the bot was added a moment ago, and the old shard has still to say so.
    const isNews = old?.guilds.status(id) === 'absent' || frozenJoins.has(id);
    return isNews ? marked(payload, 'join') : NOISE;
  };

  /** Data that cannot be read is dealt with where it is handed over. */
  const readable = (show: () => void, unreadable: () => void): void => {
    try {
      show();
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      unreadable();
    }
  };

  const noteJoin = (shard: Shard, payload: Payload): void => {
    const passed = payload.t === 'GUILD_CREATE' ? shard.remote?.filtered(payload) : undefined;
    if (passed === undefined || guildEventOf(passed) !== 'join') return;
    readable(
      () => frozenJoins.add(guildOf(payload) ?? ''),
      () => {},
    );
  };

  return {
    old: {
      takes(shard, payload) {
        if (frozen !== undefined) {
          noteJoin(shard, payload);
          frozen.push({ ...wait(gateway, shard, payload), shard, payload, filtered: false, gone: false });
          return true;
        }
        readable(
          () => showOld(shard, payload),
          () => {},
        );
        return false;
      },
    },
    next: {
      takes(shard, payload) {
        // The reader's own error handling drops the connection and asks for it again.
        showNew(shard, payload);
        return true;
      },
    },
    tail: {
      takes(shard, payload) {
        if (isOfOneSession(payload)) return false;
        const guild = streamOf(shard, payload);
        if (guild === undefined || !guilds.takeExpected(guild, eventKey(payload))) return false;
        if (payload.s !== null) shard.tracker.settleNow(payload.s);
        return true;
      },
    },
    retired: {
      takes(shard, payload) {
        if (isOfOneSession(payload)) {
          if (payload.t === 'GUILD_MEMBERS_CHUNK') shard.requestedAt = clock.now();
          return false;
        }
        if (payload.s !== null) shard.tracker.settleNow(payload.s);
        return true;
      },
    },
    get heldEvents() {
      return heldEvents;
    },
    get heldBytes() {
      return heldBytes;
    },
    get ahead() {
      return clocks.expected;
    },
    freezeOld() {
      frozen ??= [];
    },
    freezeNew() {
      holdsAll = true;
    },
    thawOld() {
      const events = frozen ?? [];
      frozen = undefined;
      frozenJoins.clear();
      return events;
    },
    thawNew() {
      holdsAll = false;
      // What came meanwhile is matched now.
      for (const entry of held) {
        const shownAt = entry.gone ? undefined : guilds.showNew(entry.guild, entry.key);
        if (shownAt === undefined) continue;
        guilds.forget(entry);
        dropHeld(entry);
      }
    },
    takeHeld() {
      const events = held.filter((entry) => !entry.gone);
      held = [];
      for (const entry of events) {
        release(entry);
        guilds.forget(entry);
      }
      // Those that came while all were held may be ones that the old shards have handed over.
      return events.map((entry) => ({ ...entry, gone: guilds.takeExpected(entry.guild, entry.key) }));
    },
    leavesProcess({ shard, payload }) {
      if (payload === undefined || isOfOneSession(payload)) return false;
      const guild = streamOf(shard, payload);
      return guild !== undefined && !next.shards.has(newShardOf(guild));
    },
    expire() {
      const now = clock.now();
      for (const shard of next.shards.values())
        clocks.seen(shard.id, now, shard.ready || shard.state.session === undefined);
      for (const entry of clocks.expire()) guilds.forget(entry as ShownEntry);
      for (const entry of held) {
        const limit = hasOldShard(entry.guild)
          ? (oldProgress.get(`${oldShardOf(entry.guild)}>${entry.shard.id}`) ?? 0) - AWAITED_FOR_MS
          : now - FOREIGN_FOR_MS;
        if (entry.gone || entry.at > limit) continue;
        guilds.forget(entry);
        dropHeld(entry);
      }
      held = held.filter((entry) => !entry.gone);
    },
  };
}

const NOISE: unique symbol = Symbol('noise');

/** https://docs.discord.com/developers/events/gateway#sharding-sharding-formula */
function shardIdOf(guild: string, shardCount: number): number {
  return guild === NO_GUILD ? 0 : Number((BigInt(guild) >> 22n) % BigInt(shardCount));
}
