import { isLowerId } from '../id-order.ts';

/** Messages of one channel or thread. */
interface ChannelMessages {
  readonly guildId: string | null;
  /** Packed texts by id; in the order of the ids while `isSorted`. */
  readonly byId: Map<string, string>;
  isSorted: boolean;
  highestId: string;
}

/** Messages by channel. */
export interface MessageShelf {
  readonly channels: ReadonlyMap<string, Pick<ChannelMessages, 'guildId' | 'byId'>>;
  /** Ids of a guild's channels that have messages; null: of no guild. */
  channelsOf(guildId: string | null): ReadonlySet<string>;
  get(channelId: string, id: string): string | undefined;
  /** Gives the channel's count. */
  set(channelId: string, id: string, guildId: string | null, packed: string): number;
  delete(channelId: string, id: string): void;
  /** The lowest of a channel's ids. */
  lowestId(channelId: string): string | undefined;
  deleteChannel(channelId: string): void;
}

const NONE: ReadonlySet<string> = new Set();

export function createMessageShelf(): MessageShelf {
  const channels = new Map<string, ChannelMessages>();
  const byGuild = new Map<string | null, Set<string>>();

  function deleteChannel(channelId: string): void {
    const channel = channels.get(channelId);
    if (channel === undefined) return;
    channels.delete(channelId);
    const ofGuild = byGuild.get(channel.guildId);
    ofGuild?.delete(channelId);
    if (ofGuild?.size === 0) byGuild.delete(channel.guildId);
  }

  return {
    channels,
    channelsOf: (guildId) => byGuild.get(guildId) ?? NONE,
    get: (channelId, id) => channels.get(channelId)?.byId.get(id),
    set(channelId, id, guildId, packed) {
      let channel = channels.get(channelId);
      if (channel === undefined) {
        channel = { guildId, byId: new Map(), isSorted: true, highestId: id };
        channels.set(channelId, channel);
        const ofGuild = byGuild.get(guildId);
        if (ofGuild === undefined) byGuild.set(guildId, new Set([channelId]));
        else ofGuild.add(channelId);
      }
      if (isLowerId(channel.highestId, id)) channel.highestId = id;
      else if (!channel.byId.has(id) && channel.byId.size > 0) channel.isSorted = false;
      channel.byId.set(id, packed);
      return channel.byId.size;
    },
    delete(channelId, id) {
      const channel = channels.get(channelId);
      channel?.byId.delete(id);
      if (channel?.byId.size === 0) deleteChannel(channelId);
    },
    lowestId(channelId) {
      const channel = channels.get(channelId);
      if (channel === undefined) return undefined;
      if (!channel.isSorted) sort(channel);
      return channel.byId.keys().next().value;
    },
    deleteChannel,
  };
}

/** A message came that is older than another: an update of one that was not kept. Rare, so the order is made when it is asked for. */
function sort(channel: ChannelMessages): void {
  const entries = [...channel.byId].toSorted(([one], [other]) => (isLowerId(one, other) ? -1 : 1));
  channel.byId.clear();
  for (const [id, packed] of entries) channel.byId.set(id, packed);
  channel.isSorted = true;
}
