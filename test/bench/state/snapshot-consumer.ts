import { get } from 'node:http';

/** Started by `snapshot.ts`: on each order fetches the snapshot, and tells how long that took. */
export interface SnapshotConsumerOptions {
  readonly url: string;
}

export interface FetchedSnapshot {
  readonly seconds: number;
  readonly bytes: number;
  readonly guilds: number;
}

const LINE_END = 0x0a;
const { url } = JSON.parse(process.argv[2] ?? '') as SnapshotConsumerOptions;

function fetchSnapshot(): Promise<FetchedSnapshot> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (answer) => {
      let bytes = 0;
      let guilds = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        for (let at = chunk.indexOf(LINE_END); at !== -1; at = chunk.indexOf(LINE_END, at + 1)) guilds++;
      });
      answer.on('end', () => resolve({ seconds: (performance.now() - startedAt) / 1_000, bytes, guilds }));
      answer.on('error', reject);
      if (answer.statusCode !== 200) reject(new Error(`the snapshot was answered with ${answer.statusCode}`));
    }).on('error', reject);
  });
}

process.on('message', () => void fetchSnapshot().then((fetched) => process.send?.(fetched)));
process.on('disconnect', () => process.exit());
process.send?.('ready');
