import { setTimeout as pause } from 'node:timers/promises';
import { memberMessages, MEMBERS_PER_GUILD, type MemberMessage } from './member-stream.ts';

export interface MembersOptions {
  readonly members: number;
}

/** What a program tells: bytes for each cached member. */
export interface MembersFigures {
  readonly rssPerMember: number;
  readonly heapPerMember: number;
  /** Of its JSON text. */
  readonly textPerMember: number;
}

/** A cache under test. */
export interface MemberCache {
  /** Puts into the cache what one message brings. */
  feed(text: string): unknown;
  /** Members in the cache. */
  count(): number;
}

/** Members of the first guilds: by then code is compiled, and the heap has the size that parsing needs. */
const WARMUP_MEMBERS = 2 * MEMBERS_PER_GUILD;

/** What a program of this folder does: fills its cache and tells what that took, garbage collected. */
export async function runMembers(cache: MemberCache): Promise<void> {
  const { members } = JSON.parse(process.argv[2] ?? '{"members":100000}') as MembersOptions;
  const messages = memberMessages(WARMUP_MEMBERS + members);
  await feed(cache, messages, WARMUP_MEMBERS);
  const before = await usedMemory();
  const textBytes = await feed(cache, messages, members);
  const after = await usedMemory();
  if (cache.count() !== WARMUP_MEMBERS + members)
    throw new Error(`${cache.count()} members are cached, and not ${WARMUP_MEMBERS + members}`);
  const figures: MembersFigures = {
    rssPerMember: (after.rss - before.rss) / members,
    heapPerMember: (after.heap - before.heap) / members,
    textPerMember: textBytes / members,
  };
  process.send?.({ kind: 'members', ...figures });
  if (process.send === undefined) console.log(JSON.stringify(figures));
  process.on('disconnect', () => process.exit());
  if (process.send === undefined) process.exit();
}

/** Feeds whole guilds until so many members came. Gives the characters that brought them. */
async function feed(cache: MemberCache, messages: Generator<MemberMessage>, members: number): Promise<number> {
  let characters = 0;
  for (let left = members; left > 0;) {
    const { value } = messages.next();
    if (value === undefined) throw new Error(`the stream ended ${left} members too early`);
    await cache.feed(value.text);
    if (value.members > 0) characters += value.text.length;
    left -= value.members;
  }
  return characters;
}

async function usedMemory(): Promise<{ rss: number; heap: number }> {
  // What a first collection finalizes, a later one frees; and pages are given back a little after.
  for (let i = 0; i < 4; i++) {
    globalThis.gc?.();
    await pause(100);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed + external };
}
