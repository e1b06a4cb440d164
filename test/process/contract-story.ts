/** Something that happens in the simulated Discord, with what was there before it. */
export interface Happening {
  readonly t: string;
  readonly d: Readonly<Record<string, unknown>>;
  /** The object before the event, of those that have one; undefined when there is none. */
  readonly old?: unknown;
  readonly channelId: string;
}

type Message = Readonly<Record<string, unknown>> & { readonly id: string };

/** Things that happen in a number of channels; each knows what the world was like before it. */
export interface Story {
  readonly channelIds: readonly string[];
  /** The channels come into being. */
  begin(): Happening[];
  /** The next thing that happens to a message, with a channel's name changed now and then. */
  next(): Happening;
  /** Every channel goes. */
  end(): Happening[];
}

const AUTHOR = { id: '80351110224678912', username: 'nelly', discriminator: '0', avatar: null };
/** Ids that no guild of the simulator has. */
const FIRST_ID = 1_200_000_000_000_000_000n;
/** Messages of a channel that may still be edited or deleted. */
const REMEMBERED = 20;

/** Tells a story over so many channels, shared out over the guilds; the same for the same seed. */
export function createStory(guildIds: readonly string[], channels: number, seed = 1): Story {
  let made = 0n;
  let state = seed;
  const newId = (): string => String(FIRST_ID + ++made);
  const below = (bound: number): number => {
    // https://en.wikipedia.org/wiki/Xorshift, of which 32 bits are plenty here.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
  const places = Array.from({ length: channels }, (_, index) => ({
    id: newId(),
    guildId: guildIds[index % guildIds.length] ?? '',
    channel: {} as Readonly<Record<string, unknown>>,
    messages: [] as Message[],
  }));
  type Place = (typeof places)[number];

  const changed = (place: Place, t: string, more: object): Happening => {
    const old = place.channel;
    place.channel = { id: place.id, guild_id: place.guildId, type: 0, permission_overwrites: [], position: 1, ...more };
    return { t, d: place.channel, channelId: place.id, ...(t === 'CHANNEL_CREATE' ? {} : { old }) };
  };

  const written = (place: Place): Happening => {
    const d = {
      id: newId(),
      channel_id: place.id,
      guild_id: place.guildId,
      author: AUTHOR,
      content: `message ${made}`,
      timestamp: '2026-01-01T00:00:00.000000+00:00',
      edited_timestamp: null,
      embeds: [],
    };
    place.messages.push(d);
    if (place.messages.length > REMEMBERED) place.messages.shift();
    return { t: 'MESSAGE_CREATE', d, channelId: place.id };
  };

  const edited = (place: Place, index: number): Happening => {
    const old = place.messages[index];
    const d = { ...old, id: old?.id ?? '', content: `edit ${++made}`, edited_timestamp: `2026-01-02T00:00:00.${made}` };
    place.messages[index] = d;
    return { t: 'MESSAGE_UPDATE', d, old, channelId: place.id };
  };

  const deleted = (place: Place, index: number): Happening => {
    const [old] = place.messages.splice(index, 1);
    const d = { id: old?.id, channel_id: place.id, guild_id: place.guildId };
    return { t: 'MESSAGE_DELETE', d, old, channelId: place.id };
  };

  const cleared = (place: Place): Happening => {
    const old = place.messages.splice(0, 3);
    const d = { ids: old.map(({ id }) => id), channel_id: place.id, guild_id: place.guildId };
    return { t: 'MESSAGE_DELETE_BULK', d, old, channelId: place.id };
  };

  return {
    channelIds: places.map(({ id }) => id),
    begin: () => places.map((place) => changed(place, 'CHANNEL_CREATE', { name: 'new', topic: null })),
    next: () => {
      const place = places[below(places.length)] as Place;
      const { length } = place.messages;
      const draw = below(100);
      if (length === 0 || draw < 50) return written(place);
      if (draw < 75) return edited(place, below(length));
      if (draw < 90) return deleted(place, below(length));
      if (draw < 95 && length > 3) return cleared(place);
      return changed(place, 'CHANNEL_UPDATE', { name: `name ${++made}`, topic: `topic ${made}` });
    },
    end: () =>
      places.map((place) => ({ t: 'CHANNEL_DELETE', d: place.channel, old: place.channel, channelId: place.id })),
  };
}
