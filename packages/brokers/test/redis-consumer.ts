import { createClient } from 'redis';
import { onTestFinished } from 'vitest';

/** A consumer that only knows Redis' own commands. */
export async function redisConsumer(url: string) {
  const client = createClient({ url, RESP: 2 });
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => void (client.isOpen && client.destroy()));
  return {
    client,
    /** A list's elements, parsed, oldest first; nothing is taken. */
    list: async (name: string): Promise<unknown[]> =>
      (await client.lRange(name, 0, -1)).map((text) => JSON.parse(text)),
    /** A stream's entries, oldest first. */
    entries: async (key: string): Promise<Record<string, string>[]> => {
      const entries = (await client.sendCommand(['XRANGE', key, '-', '+'])) as unknown as [string, string[]][];
      return entries.map(([, fields]) =>
        Object.fromEntries(fields.flatMap((name, index) => (index % 2 === 0 ? [[name, fields[index + 1] ?? '']] : []))),
      );
    },
    /** Any command. */
    call: (...args: string[]): Promise<unknown> => client.sendCommand(args),
    /** Takes elements of a list as tatsu's consumers do, until `count` have come. */
    take: async (lists: string[], count: number): Promise<{ list: string; data: Record<string, unknown> }[]> => {
      const taken: { list: string; data: Record<string, unknown> }[] = [];
      while (taken.length < count) {
        const popped = await client.blPop(lists, 10);
        if (popped === null) throw new Error(`only ${taken.length} of ${count} came`);
        taken.push({ list: popped.key, data: JSON.parse(popped.element) as Record<string, unknown> });
      }
      return taken;
    },
  };
}
