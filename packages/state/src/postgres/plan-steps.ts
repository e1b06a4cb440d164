import type { EntityKind, EntityRef } from '../entity.ts';
import type { Operation } from '../operation.ts';
import { createLevels } from './levels.ts';
import { isId } from './row-id.ts';
import { NO_ID } from './tables.ts';
import { writableText } from './writable-text.ts';

/** What one statement does. Steps of one plan are carried out in their order. */
export interface Step {
  /** A kind, or what concerns several tables. */
  readonly on: EntityKind | 'channel content' | 'all';
  readonly deed: 'write' | 'remove' | 'removeList' | 'clear' | 'retain' | 'note' | 'sweep';
  /** Of `write` and `remove`: JSON texts, each of another row. */
  readonly rows: string[];
  /** Of the others: members of the step, JSON text. */
  readonly settings: string;
}

/**
 * Turns operations into steps that do the same. An operation goes into the earliest step after all that it must come after, which are those that touch one of its rows: so a batch of a hundred
 * messages is one statement, no statement touches a row twice, and each old object is what the operations before have made.
 *
 * An operation with an id that is no number of 63 bits is left out: no table could hold it, and Discord has none.
 */
export function planSteps(operations: readonly Operation[]): readonly Step[] {
  const levels = createLevels();
  const plan: Map<string, Step>[] = [];
  const guilds = new Set<string>();

  function stepAt(level: number, on: Step['on'], deed: Step['deed'], settings = ''): Step {
    const steps = (plan[level] ??= new Map<string, Step>());
    const key = `${on} ${deed} ${settings}`;
    let step = steps.get(key);
    if (step === undefined) {
      step = { on, deed, rows: [], settings };
      steps.set(key, step);
    }
    return step;
  }

  function addRow(n: number, ref: EntityRef, deed: 'write' | 'remove', rest: string): void {
    const guildId = ref.guildId ?? NO_ID;
    const channelId = ref.channelId ?? NO_ID;
    if (!isId(ref.id) || !isId(guildId) || !isId(channelId)) return;
    const owner = ref.kind === 'guild' ? ref.id : guildId;
    if (deed === 'write' && owner !== NO_ID) guilds.add(owner);
    const level = levels.ofRow(ref.kind, owner, `${channelId}:${ref.id}`);
    stepAt(level, ref.kind, deed).rows.push(`{"n":${n},"i":${ref.id},"g":${guildId},"c":${channelId}${rest}}`);
  }

  function add(operation: Operation, n: number): void {
    switch (operation.op) {
      case 'put': {
        const { ref, value, ifAbsent, tellOld } = operation;
        return addRow(n, ref, 'write', written(ifAbsent ? 'keep' : 'put', tellOld, value));
      }
      case 'merge': {
        const { ref, fields, createIfAbsent, tellOld } = operation;
        const gone = Object.keys(fields).filter((name) => fields[name] === undefined);
        const removed = gone.length === 0 ? '' : `,"r":${writableText(JSON.stringify(gone))}`;
        const value = JSON.stringify(fields);
        return addRow(n, ref, 'write', written(createIfAbsent ? 'upsert' : 'merge', tellOld, value) + removed);
      }
      case 'remove':
        return addRow(n, operation.ref, 'remove', `,"t":${operation.tellOld}`);
      case 'replaceAll': {
        const { kind, guildId, parentIds, tellOld } = operation;
        if (!isId(guildId)) return;
        const parents = parentIds === null ? '' : `,"parents":${idList(parentIds.filter(isId))}`;
        const settings = `"n":${n},"guild":${guildId},"t":${tellOld}${parents}`;
        stepAt(levels.ofLists(guildId, [kind]), kind, 'removeList', settings);
        return addEntries(n, operation, false);
      }
      case 'putAll':
        return addEntries(n, operation, operation.tellOld);
      case 'clearGuild': {
        const guildId = operation.guildId ?? NO_ID;
        if (!isId(guildId)) return;
        stepAt(levels.ofGuild(guildId), 'all', 'clear', `"guilds":${idList([guildId])}`);
        return;
      }
      case 'clearChannel': {
        const { channelId, guildId } = operation;
        const owner = guildId ?? NO_ID;
        if (!isId(channelId) || !isId(owner)) return;
        const level = levels.ofLists(owner, ['message', 'thread', 'voiceState']);
        stepAt(level, 'channel content', 'clear', `"channel":${channelId},"guild":${owner}`);
        return;
      }
      case 'retainGuilds': {
        const { shardId, shardCount, guildIds } = operation;
        const kept = idList(guildIds.filter(isId));
        const level = levels.ofAll();
        // It goes by what is noted, and what comes before it in this batch is not yet.
        if (guilds.size > 0) stepAt(level, 'all', 'note', noted(guilds));
        stepAt(level, 'all', 'retain', `"shard":${shardId},"count":${shardCount},"guilds":${kept}`);
      }
    }
  }

  function addEntries(
    n: number,
    { kind, guildId, entries }: Operation & { op: 'putAll' | 'replaceAll' },
    tells: boolean,
  ): void {
    for (const { id, value } of entries)
      addRow(n, { kind, id, guildId, channelId: null }, 'write', written('put', tells, value));
  }

  for (const [n, operation] of operations.entries()) add(operation, n);
  const steps = plan.flatMap((level) => [...level.values()]);
  // Last: a guild may have been cleared before something of it was written.
  if (guilds.size > 0) steps.push({ on: 'all', deed: 'note', rows: [], settings: noted(guilds) });
  return steps;
}

function noted(guilds: ReadonlySet<string>): string {
  return `"guilds":${idList([...guilds])}`;
}

function idList(ids: readonly string[]): string {
  return `["${ids.join('","')}"]`.replace('[""]', '[]');
}

function written(how: 'put' | 'keep' | 'merge' | 'upsert', tellOld: boolean, value: string): string {
  return `,"m":"${how}","t":${tellOld},"v":${writableText(value)}`;
}
