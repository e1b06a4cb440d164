import { Intent } from '../../intents.ts';
import { createTemplate, hole, valueHole } from '../template.ts';
import type { Template } from '../template.ts';
import { member, user } from './person.ts';

/** A message as it stood when it was told. */
export interface Message {
  readonly id: string;
  readonly channelId: string;
  readonly guildId: string;
  readonly authorId: string;
  readonly authorNumber: string;
  /** Fit to stand in a JSON string as it is. */
  readonly content: string;
  /** ISO 8601 with microseconds. */
  readonly sentAt: string;
  readonly editedAt: string | null;
  /** A link in the content that Discord has looked up since. */
  readonly unfurled: boolean;
}

const common = {
  id: hole('id'),
  channel_id: hole('channel'),
  channel_type: 0,
  guild_id: hole('guild'),
  author: user(hole('author'), hole('number')),
  member: member([]),
  content: hole('content'),
  timestamp: hole('sent'),
  edited_timestamp: valueHole('edited'),
  tts: false,
  mention_everyone: false,
  mentions: [],
  mention_roles: [],
  attachments: [],
  embeds: valueHole('embeds'),
  components: [],
  pinned: false,
  type: 0,
  flags: 0,
};

/** MESSAGE_UPDATE is a full message, without the nonce. https://docs.discord.com/developers/events/gateway-events#message-update */
const updated: Template = createTemplate(common);
const created: Template = createTemplate({ ...common, nonce: hole('nonce') });

export function linkOf(messageId: string): string {
  return `https://example.org/tides/${messageId}`;
}

function embeds(message: Message): string {
  const thumbnail = {
    url: 'https://example.org/t.png',
    proxy_url: 'https://images-ext-1.discordapp.net/external/x/https/example.org/t.png',
    width: 1200,
    height: 630,
  };
  const embed = {
    type: 'article',
    url: linkOf(message.id),
    title: 'Tide tables',
    description: 'High water at 06:12.',
    thumbnail,
  };
  return JSON.stringify([embed]);
}

/** JSON of a message in MESSAGE_CREATE (`isNew`) or MESSAGE_UPDATE, as a session with these intents sees it. */
export function messageJson(message: Message, isNew: boolean, intents: number): string {
  const readable = (intents & Intent.messageContent) !== 0;
  return (isNew ? created : updated).fill({
    id: message.id,
    channel: message.channelId,
    guild: message.guildId,
    author: message.authorId,
    number: message.authorNumber,
    content: readable ? message.content : '',
    sent: message.sentAt,
    edited: message.editedAt === null ? 'null' : `"${message.editedAt}"`,
    embeds: readable && message.unfurled ? embeds(message) : '[]',
    nonce: message.id,
  });
}
