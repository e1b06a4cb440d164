import type { Batch, KindEntry } from './batch.ts';
import { DESCRIPTION_LENGTH, EMBEDS_PER_MESSAGE, MESSAGE_LENGTH, TITLE_LENGTH } from './discord-limits.ts';
import { KIND_LOOKS } from './kind-looks.ts';
import { shardRanges } from './shard-ranges.ts';

/** The part of Discord's embed that is used. @see https://docs.discord.com/developers/resources/message#embed-object */
export interface StatusEmbed {
  readonly title: string;
  readonly description?: string;
  readonly color: number;
  /** ISO 8601, whole seconds. */
  readonly timestamp: string;
}

/** Room of a list of shards that has the embed to itself, and of one before its cause. */
const RANGES_LENGTH = 1_000;
const CAUSE_RANGES_LENGTH = 120;

/** A batch as messages, each within Discord's limits: one, but for long lists of guilds. */
export function messagesOf(batch: Batch): StatusEmbed[][] {
  const messages: StatusEmbed[][] = [];
  let room = 0;
  for (const embed of [...batch.values()].flatMap(embedsOf)) {
    const length = embed.title.length + (embed.description?.length ?? 0);
    const open = messages.at(-1);
    if (open === undefined || open.length === EMBEDS_PER_MESSAGE || length > room) {
      messages.push([embed]);
      room = MESSAGE_LENGTH - length;
    } else {
      open.push(embed);
      room -= length;
    }
  }
  return messages;
}

/** The embeds of one kind: one, unless its lines do not fit. */
function embedsOf(entry: KindEntry): StatusEmbed[] {
  const base = {
    title: titleOf(entry),
    color: KIND_LOOKS[entry.kind].colour,
    timestamp: `${new Date(entry.firstAt).toISOString().slice(0, 19)}Z`,
  };
  const texts = descriptionsOf(linesOf(entry));
  return texts.length === 0 ? [base] : texts.map((description) => ({ ...base, description }));
}

/** `[Shard 3] Ready` as twilight-dispatch has it, `[Shards 0-63, 70] Ready`, or `[700 shards] Ready` where the list is long. */
function titleOf({ kind, shardIds, count }: KindEntry): string {
  const { title } = KIND_LOOKS[kind];
  if (shardIds.size === 0) return count === 1 ? title : `${title}: ${count}`;
  if (shardIds.size === 1) return `[Shard ${[...shardIds].join('')}] ${title}`;
  const listed = listedInTitle(shardIds, title);
  return listed ?? `[${shardIds.size} shards] ${title}`;
}

/** The title that names each shard; undefined where it would be too long. */
function listedInTitle(shardIds: ReadonlySet<number>, title: string): string | undefined {
  const whole = `[Shards ${shardRanges(shardIds, Infinity)}] ${title}`;
  return whole.length <= TITLE_LENGTH ? whole : undefined;
}

function linesOf({ kind, shardIds, count, causes, lines }: KindEntry): string[] {
  const all = [...lines];
  if (lines.length > 0 && count > lines.length) all.push(`and ${count - lines.length} more`);
  const [firstCause, ...others] = causes.keys();
  if (firstCause !== undefined && others.length === 0) all.push(firstCause);
  else for (const [cause, shards] of causes) all.push(`${shardsText(shards)}: ${cause}`);
  const listed = listedInTitle(shardIds, KIND_LOOKS[kind].title) !== undefined;
  if (!listed && causes.size < 2) all.unshift(`Shards ${shardRanges(shardIds, RANGES_LENGTH)}`);
  if (shardIds.size > 0 && count > shardIds.size) all.push(`${count} times in all`);
  return all;
}

function shardsText(shards: ReadonlySet<number>): string {
  return `${shards.size === 1 ? 'Shard' : 'Shards'} ${shardRanges(shards, CAUSE_RANGES_LENGTH)}`;
}

/** Lines put together into as few descriptions as hold them. */
function descriptionsOf(lines: readonly string[]): string[] {
  const texts: string[] = [];
  for (const line of lines) {
    const open = texts.at(-1);
    if (open === undefined || open.length + 1 + line.length > DESCRIPTION_LENGTH) texts.push(line);
    else texts[texts.length - 1] = `${open}\n${line}`;
  }
  return texts;
}
