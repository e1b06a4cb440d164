import { requiredIntents } from '../intents.ts';
import { randomInteger } from '../time/random.ts';
import type { Random } from '../time/random.ts';
import type { LiveEventName } from './events-mix.ts';
import type { Guild } from './guild-population.ts';
import { roleEnding, textChannelEnding, voiceChannelEnding } from './shapes/guild.ts';
import { KEY_PREFIXES, LIVE_TEMPLATES } from './shapes/live.ts';
import type { PlainEventName } from './shapes/live.ts';
import { linkOf, messageJson } from './shapes/message.ts';
import type { Message } from './shapes/message.ts';
import { personId } from './shapes/person.ts';
import { GUILD_ENDING, guildTime, snowflakeAt } from './snowflake.ts';
import type { WorldEvent } from './world-event.ts';

/** Makes live events with realistic contents, each with an id of its own. */
export interface LiveEvents {
  make(name: LiveEventName, guild: Guild): WorldEvent;
  /** A message with a link in it, and the update that comes when Discord has looked the link up. */
  makeLinked(guild: Guild): readonly [created: WorldEvent, unfurled: WorldEvent];
}

export interface LiveEventsOptions {
  readonly random: Random;
  readonly wallTime: () => number;
  readonly applicationId: string;
}

/** Messages that a later MESSAGE_UPDATE may concern. */
const REMEMBERED_MESSAGES = 256;

const FILLER = 'high water comes in slowly over the flats and leaves by the same way '.repeat(6);

/** Writes ISO 8601 with microseconds, as Discord does. Many events share a millisecond, so the last one is kept. */
function createIsoWriter(): (wallMs: number, micros: number) => string {
  let lastMs = Number.NaN;
  let lastText = '';
  return (wallMs, micros) => {
    if (wallMs !== lastMs) {
      lastMs = wallMs;
      lastText = new Date(wallMs).toISOString().slice(0, -1);
    }
    return `${lastText}${String(micros % 1_000).padStart(3, '0')}+00:00`;
  };
}

export function createLiveEvents(options: LiveEventsOptions): LiveEvents {
  const { random } = options;
  const isoTime = createIsoWriter();
  const required = new Map<LiveEventName, number>();
  const remembered: (Message & { readonly guildTime: number })[] = [];
  let made = 0;

  function requiredFor(name: LiveEventName): number {
    let intents = required.get(name);
    if (intents === undefined) {
      intents = requiredIntents(name, true);
      required.set(name, intents);
    }
    return intents;
  }

  function newId(): string {
    made += 1;
    return snowflakeAt(options.wallTime(), made);
  }

  function newMessage(guild: Guild, linked: boolean): Message & { readonly guildTime: number } {
    const id = newId();
    const author = randomInteger(random, 0, guild.shape.members - 1);
    // Most messages are short; the mean is near 115 characters.
    const length = 20 + Math.floor(random() ** 3 * 380);
    return {
      id,
      guildTime: guild.time,
      guildId: guild.id,
      channelId: guild.prefix + textChannelEnding(randomInteger(random, 0, 5), guild.shape),
      authorId: personId(author),
      authorNumber: String(author),
      content: linked ? linkOf(id) : `${id} ${FILLER}`.slice(0, length),
      sentAt: isoTime(options.wallTime(), made),
      editedAt: null,
      unfurled: false,
    };
  }

  function messageEvent(message: Message & { readonly guildTime: number }, isNew: boolean): WorldEvent {
    const name = isNew ? 'MESSAGE_CREATE' : 'MESSAGE_UPDATE';
    return {
      t: name,
      key: isNew ? message.id : `${message.id}@${message.editedAt ?? 'embeds'}`,
      guildTime: message.guildTime,
      required: requiredFor(name),
      body: (intents) => messageJson(message, isNew, intents),
    };
  }

  function created(guild: Guild): WorldEvent {
    const message = newMessage(guild, false);
    if (remembered.length < REMEMBERED_MESSAGES) remembered.push(message);
    else remembered[made % REMEMBERED_MESSAGES] = message;
    return messageEvent(message, true);
  }

  function edited(): WorldEvent | undefined {
    const place = randomInteger(random, 0, Math.max(0, remembered.length - 1));
    const message = remembered[place];
    if (message === undefined) return undefined;
    made += 1;
    const next = { ...message, content: `${message.id} edited ${made}`, editedAt: isoTime(options.wallTime(), made) };
    remembered[place] = next;
    return messageEvent(next, false);
  }

  function plain(name: PlainEventName, guild: Guild): WorldEvent {
    const id = newId();
    const wallMs = options.wallTime();
    const micros = made;
    const person = randomInteger(random, 0, guild.shape.members - 1);
    const channel = randomInteger(random, 0, 5);
    // Only what differs is kept, as replay buffers may hold many events.
    const { index, prefix, shape } = guild;
    return {
      t: name,
      key: (KEY_PREFIXES[name] ?? '') + id,
      guildTime: guildTime(index),
      required: requiredFor(name),
      body: () =>
        LIVE_TEMPLATES[name].fill({
          id,
          guild: prefix + GUILD_ENDING,
          text: prefix + textChannelEnding(channel, shape),
          voice: prefix + voiceChannelEnding(shape),
          role: prefix + roleEnding(Math.min(1, shape.roles - 1)),
          person: personId(person),
          number: String(person),
          application: options.applicationId,
          at: isoTime(wallMs, micros),
          seconds: String(Math.floor(wallMs / 1_000)),
          ms: String(Math.floor(wallMs)),
        }),
    };
  }

  return {
    make(name, guild) {
      if (name === 'MESSAGE_CREATE') return created(guild);
      if (name === 'MESSAGE_UPDATE') return edited() ?? created(guild);
      return plain(name, guild);
    },
    makeLinked(guild) {
      const message = newMessage(guild, true);
      return [messageEvent(message, true), messageEvent({ ...message, unfurled: true }, false)];
    },
  };
}
