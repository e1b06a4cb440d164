import type { Connection } from './connection.ts';

/** Sends so many events per second, in turn to each connection, each as a write of its own. Every millisecond what has fallen due. */
export async function sendPaced(connections: readonly Connection[], events: number, rate: number): Promise<void> {
  const start = performance.now();
  let sent = 0;
  while (sent < events) {
    const due = Math.min(events, Math.floor(((performance.now() - start) / 1_000) * rate));
    for (; sent < due; sent++) {
      const connection = connections[sent % connections.length];
      // Who cannot follow a pace this slow gets the rest later, and the runner sees it.
      if (connection?.writable !== true) break;
      connection.sendOne();
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
