import { BOT_ID, SHARD_COUNT, type ModelEvent } from './random-events.ts';

type Obj = Record<string, any>;

/** One object, under a name like `member|<guild>|<user>`. */
interface Entry {
  kind: string;
  guildId: string | null;
  channelId: string | null;
  id: string;
  value: Obj;
}

const LIST_OF: Record<string, [string, (o: Obj) => string]> = {
  channels: ['channel', (o) => o['id']],
  threads: ['thread', (o) => o['id']],
  roles: ['role', (o) => o['id']],
  emojis: ['emoji', (o) => o['id']],
  stickers: ['sticker', (o) => o['id']],
  members: ['member', (o) => o['user']?.id],
  presences: ['presence', (o) => o['user']?.id],
  voice_states: ['voiceState', (o) => o['user_id']],
  stage_instances: ['stageInstance', (o) => o['id']],
  guild_scheduled_events: ['scheduledEvent', (o) => o['id']],
  soundboard_sounds: ['soundboardSound', (o) => o['sound_id']],
};
const WITHOUT_GUILD_ID = new Set(['role', 'emoji', 'sticker', 'soundboardSound']);

/** The cache as one would write it without a care: objects in one table, searched from end to end. Shares no code with the package. */
export class NaiveModel {
  entries = new Map<string, Entry>();

  /** Gives what `old` must be: an object, an array of objects, or undefined. */
  take({ t, d: data, guildEvent, shardId }: ModelEvent): unknown {
    const d: Obj = data;
    const g: string | undefined = d['guild_id'];
    switch (t) {
      case 'READY': {
        if (d['user']?.id !== undefined) this.put('user', null, d['user'].id, d['user']);
        if (d['guilds'] === undefined) return undefined;
        for (const guild of d['guilds'])
          if (!this.entries.has(this.key('guild', null, guild.id))) this.put('guild', null, guild.id, guild);
        const listed = new Set(d['guilds'].map((guild: Obj) => guild['id']));
        for (const each of [...this.entries.values()]) {
          const guildId = each.kind === 'guild' ? each.id : each.guildId;
          if (guildId === null || listed.has(guildId)) continue;
          if (Number((BigInt(guildId) >> 22n) % BigInt(SHARD_COUNT)) === shardId) this.clearGuild(guildId);
        }
        return undefined;
      }
      case 'USER_UPDATE':
        return d['id'] === undefined ? undefined : this.merge('user', null, d['id'], d, true);
      case 'GUILD_CREATE':
      case 'GUILD_LOADED_DD':
        return this.guildCreate(d, guildEvent);
      case 'GUILD_UPDATE': {
        if (d['id'] === undefined) return undefined;
        const { roles: _, emojis: _e, stickers: _s, ...rest } = d;
        return this.merge('guild', null, d['id'], rest, true);
      }
      case 'GUILD_DELETE': {
        if (d['id'] === undefined) return undefined;
        if (d['unavailable'] === true)
          return this.merge('guild', null, d['id'], { id: d['id'], unavailable: true }, true);
        const old = this.get('guild', null, d['id']);
        this.clearGuild(d['id']);
        return old;
      }
      case 'CHANNEL_CREATE':
      case 'CHANNEL_UPDATE':
        return d['id'] === undefined
          ? undefined
          : this.merge('channel', g ?? this.guildOf('channel', d['id']), d['id'], d, true);
      case 'CHANNEL_DELETE':
      case 'THREAD_DELETE': {
        const kind = t === 'CHANNEL_DELETE' ? 'channel' : 'thread';
        if (d['id'] === undefined) return undefined;
        const old = this.drop(kind, this.guildOf(kind, d['id']) ?? null, d['id']);
        this.clearChannel(d['id'], g ?? null);
        return old;
      }
      case 'CHANNEL_PINS_UPDATE': {
        const id = d['channel_id'];
        if (id === undefined) return undefined;
        const fields = { last_pin_timestamp: d['last_pin_timestamp'] ?? null };
        const channel = this.merge('channel', this.guildOf('channel', id), id, fields, false);
        return channel ?? this.merge('thread', this.guildOf('thread', id), id, fields, false);
      }
      case 'CHANNEL_INFO':
        return found((d['channels'] ?? []).map((each: Obj) => this.voiceChannel(g, each)));
      case 'VOICE_CHANNEL_STATUS_UPDATE':
      case 'VOICE_CHANNEL_START_TIME_UPDATE':
        return this.voiceChannel(g, d);
      case 'THREAD_CREATE':
      case 'THREAD_UPDATE': {
        const { newly_created: _, ...rest } = d;
        return g === undefined || d['id'] === undefined ? undefined : this.merge('thread', g, d['id'], rest, true);
      }
      case 'THREAD_LIST_SYNC': {
        if (g === undefined) return [];
        const replaced = this.of('thread', g).filter(
          ({ value }) => !Array.isArray(d['channel_ids']) || d['channel_ids'].includes(value['parent_id']),
        );
        for (const each of replaced) this.drop('thread', g, each.id);
        for (const each of d['threads'] ?? []) {
          const member = (d['members'] ?? []).findLast((one: Obj) => one['id'] === each.id);
          this.put('thread', g, each.id, member === undefined ? each : { ...each, member });
        }
        return replaced.map(({ value }) => value);
      }
      case 'THREAD_MEMBER_UPDATE': {
        const { guild_id: _, ...member } = d;
        return g === undefined ? undefined : this.merge('thread', g, d['id'], { member }, false);
      }
      case 'THREAD_MEMBERS_UPDATE': {
        if (g === undefined) return undefined;
        const fields: Obj = d['member_count'] === undefined ? {} : { member_count: d['member_count'] };
        const added = (d['added_members'] ?? []).find((one: Obj) => one['user_id'] === BOT_ID);
        if (added !== undefined) fields['member'] = { user_id: added.user_id, flags: added.flags };
        else if (d['removed_member_ids']?.includes(BOT_ID)) fields['member'] = undefined;
        return this.merge('thread', g, d['id'], fields, false);
      }
      case 'GUILD_ROLE_CREATE':
      case 'GUILD_ROLE_UPDATE':
        return g === undefined || d['role'] === undefined ? undefined : this.put('role', g, d['role'].id, d['role']);
      case 'GUILD_ROLE_DELETE':
        return this.drop('role', g, d['role_id']);
      case 'GUILD_EMOJIS_UPDATE':
        return this.replace('emoji', g, d['emojis']);
      case 'GUILD_STICKERS_UPDATE':
        return this.replace('sticker', g, d['stickers']);
      case 'SOUNDBOARD_SOUNDS':
        return this.replace('soundboardSound', g, d['soundboard_sounds']);
      case 'GUILD_SOUNDBOARD_SOUNDS_UPDATE':
        if (g === undefined) return [];
        return found(
          (d['soundboard_sounds'] ?? []).map((each: Obj) => this.put('soundboardSound', g, each['sound_id'], each)),
        );
      case 'GUILD_SOUNDBOARD_SOUND_CREATE':
      case 'GUILD_SOUNDBOARD_SOUND_UPDATE':
        return this.put('soundboardSound', g, d['sound_id'], d);
      case 'GUILD_SOUNDBOARD_SOUND_DELETE':
        return this.drop('soundboardSound', g, d['sound_id']);
      case 'STAGE_INSTANCE_CREATE':
      case 'STAGE_INSTANCE_UPDATE':
        return this.put('stageInstance', g, d['id'], d);
      case 'STAGE_INSTANCE_DELETE':
        return this.drop('stageInstance', g, d['id']);
      case 'GUILD_SCHEDULED_EVENT_CREATE':
      case 'GUILD_SCHEDULED_EVENT_UPDATE':
        return this.put('scheduledEvent', g, d['id'], d);
      case 'GUILD_SCHEDULED_EVENT_DELETE':
        return this.drop('scheduledEvent', g, d['id']);
      case 'GUILD_MEMBER_ADD':
        return this.put('member', g, d['user']?.id, d);
      case 'GUILD_MEMBER_UPDATE':
        return g === undefined || d['user'] === undefined ? undefined : this.merge('member', g, d['user'].id, d, true);
      case 'GUILD_MEMBER_REMOVE':
        this.drop('presence', g, d['user']?.id);
        return this.drop('member', g, d['user']?.id);
      case 'GUILD_MEMBERS_CHUNK':
        if (g === undefined) return undefined;
        for (const each of d['members'] ?? []) this.put('member', g, each.user.id, { ...each, guild_id: g });
        for (const each of d['presences'] ?? [])
          if (each.status !== 'offline') this.put('presence', g, each.user.id, { ...each, guild_id: g });
        return undefined;
      case 'PRESENCE_UPDATE':
        return d['status'] === 'offline'
          ? this.drop('presence', g, d['user']?.id)
          : this.put('presence', g, d['user']?.id, d);
      case 'VOICE_STATE_UPDATE':
        return typeof d['channel_id'] === 'string'
          ? this.put('voiceState', g, d['user_id'], d)
          : this.drop('voiceState', g, d['user_id']);
      case 'MESSAGE_CREATE':
        return this.message(d, (key) => this.set(key, g, d));
      case 'MESSAGE_UPDATE':
        return this.message(d, (key) => {
          const before = this.entries.get(key)?.value;
          if (before !== undefined) this.set(key, g, { ...before, ...d });
          else if (d['author'] !== undefined) this.set(key, g, d);
          return before;
        });
      case 'MESSAGE_DELETE':
        return this.message(d, (key) => this.unset(key));
      case 'MESSAGE_DELETE_BULK':
        if (d['channel_id'] === undefined) return [];
        return found((d['ids'] ?? []).map((id: string) => this.unset(`message|${String(d['channel_id'])}|${id}`)));
      default:
        return undefined;
    }
  }

  guildCreate(d: Obj, guildEvent: string | undefined): unknown {
    const id = d['id'];
    if (id === undefined) return undefined;
    if (d['unavailable'] === true) return this.merge('guild', null, id, { id, unavailable: true }, true);
    const old = this.get('guild', null, id);
    if (guildEvent === 'join') this.clearGuild(id);
    const own: Obj = { ...d, unavailable: false };
    for (const [name, [kind, idOf]] of Object.entries(LIST_OF)) {
      delete own[name];
      if (kind !== 'member' || d['members'].length >= d['member_count'])
        for (const each of this.of(kind, id)) this.drop(kind, id, each.id);
      for (const each of d[name]) {
        if (kind === 'presence' && each.status === 'offline') continue;
        this.put(kind, id, idOf(each), WITHOUT_GUILD_ID.has(kind) ? each : { ...each, guild_id: id });
      }
    }
    this.put('guild', null, id, own);
    return old;
  }

  voiceChannel(g: string | undefined, d: Obj): unknown {
    const { id, guild_id: _, ...fields } = d;
    return g === undefined || id === undefined ? undefined : this.merge('channel', g, id, fields, false);
  }

  message(d: Obj, act: (key: string) => unknown): unknown {
    return d['id'] === undefined || d['channel_id'] === undefined
      ? undefined
      : act(`message|${String(d['channel_id'])}|${String(d['id'])}`);
  }

  replace(kind: string, g: string | undefined, list: Obj[] | undefined): unknown {
    if (g === undefined || list === undefined) return [];
    const before = this.of(kind, g);
    for (const each of before) this.drop(kind, g, each.id);
    for (const each of list) this.put(kind, g, each['id'] ?? each['sound_id'], each);
    return before.map(({ value }) => value);
  }

  clearGuild(g: string): void {
    for (const [key, each] of this.entries)
      if (each.guildId === g || (each.kind === 'guild' && each.id === g)) this.entries.delete(key);
  }

  clearChannel(id: string, g: string | null): void {
    for (const [key, each] of this.entries) {
      if (each.kind === 'message' && each.channelId === id) this.entries.delete(key);
      if (each.guildId !== g) continue;
      if (each.kind === 'voiceState' && each.value['channel_id'] === id) this.entries.delete(key);
      if (each.kind !== 'thread' || each.value['parent_id'] !== id) continue;
      this.entries.delete(key);
      for (const [other, { kind, channelId }] of this.entries)
        if (kind === 'message' && channelId === each.id) this.entries.delete(other);
    }
  }

  of(kind: string, g: string): Entry[] {
    return [...this.entries.values()].filter((each) => each.kind === kind && each.guildId === g);
  }

  guildOf(kind: string, id: string): string | null {
    return [...this.entries.values()].find((each) => each.kind === kind && each.id === id)?.guildId ?? null;
  }

  key(kind: string, g: string | null | undefined, id: unknown): string {
    return kind === 'channel' || kind === 'thread' ? `${kind}||${String(id)}` : `${kind}|${g ?? ''}|${String(id)}`;
  }

  get(kind: string, g: string | null, id: string): Obj | undefined {
    return this.entries.get(this.key(kind, g, id))?.value;
  }

  put(kind: string, g: string | null | undefined, id: string | undefined, value: Obj): unknown {
    if (id === undefined || g === undefined) return undefined;
    const key = this.key(kind, g, id);
    const old = this.entries.get(key)?.value;
    this.entries.set(key, { kind, guildId: g, channelId: null, id, value });
    return old;
  }

  merge(kind: string, g: string | null, id: string | undefined, fields: Obj, create: boolean): unknown {
    if (id === undefined) return undefined;
    const old = this.get(kind, g, id);
    if (old !== undefined || create) this.put(kind, g, id, JSON.parse(JSON.stringify({ ...old, ...fields })));
    return old;
  }

  drop(kind: string, g: string | null | undefined, id: string | undefined): unknown {
    return g === undefined || id === undefined ? undefined : this.unset(this.key(kind, g, id));
  }

  set(key: string, g: string | undefined, value: Obj): unknown {
    const old = this.entries.get(key);
    this.entries.set(key, {
      kind: 'message',
      guildId: old?.guildId ?? g ?? null,
      channelId: value['channel_id'],
      id: value['id'],
      value,
    });
    return old?.value;
  }

  unset(key: string): unknown {
    const old = this.entries.get(key)?.value;
    this.entries.delete(key);
    return old;
  }
}

function found(all: unknown[]): unknown[] {
  return all.filter((one) => one !== undefined);
}
