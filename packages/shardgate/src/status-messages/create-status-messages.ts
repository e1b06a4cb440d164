import { checkOptions, readTarget } from './check-options.ts';
import { createChannelPoster } from './channel-poster.ts';
import { CLOSE_DEADLINE_MS, FLUSH_DEADLINE_MS, INTERVAL_MS } from './defaults.ts';
import { createPostAtLast, type GlobalHold } from './delivery-attempts.ts';
import { guildEventOf, listenTo } from './gateway-listeners.ts';
import { DEFAULT_KINDS, isGuildKind } from './kind-looks.ts';
import { createOutlet, type Outlet } from './outlet.ts';
import type { Poster } from './post.ts';
import type { StatusEvent } from './status-event.ts';
import type { StatusMessages, StatusMessagesOptions, StatusTarget } from './status-messages.ts';
import { within } from './wait.ts';
import { createWebhookPoster } from './webhook-poster.ts';

/**
 * Status messages in a Discord channel: what happens to shards, and which guilds the bot joined or left, as embeds with the titles and colours of
 * twilight-dispatch. Many events make one message with one embed a kind, in the order in which each kind was first told.
 *
 * A message is tried again until it is posted: Discord's `retry_after` is kept, and after trouble of Discord or the network there is a back-off with full
 * jitter. Only an answer that another try would not change (4xx) gives a message up; `onProblem` hears of the first of a row, and the target then rests for
 * a minute to an hour. Meanwhile events gather in one batch of bounded size. Where an answer got lost, a webhook may show a message twice; a channel does not.
 *
 * @throws {TypeError | RangeError} when an option is wrong
 */
export function createStatusMessages(options: StatusMessagesOptions): StatusMessages {
  checkOptions(options);
  const { clock, random, intervalMs = INTERVAL_MS } = options;
  const kinds = new Set(options.kinds ?? DEFAULT_KINDS);
  const ending = new AbortController();
  const hold: GlobalHold = { until: 0 };
  const posters: Poster[] = [];
  const detachers = new Set<() => void>();
  // Tells this process's messages from those of the one before.
  const prefix = Math.floor(random() * 36 ** 6).toString(36);
  let nonces = 0;
  let closing: Promise<void> | undefined;

  const onProblem = (text: string): void => {
    try {
      options.onProblem?.(text);
    } catch {
      // Telling is all that could be done.
    }
  };
  const guildName = (guildId: string): string | undefined => {
    try {
      return options.guildName?.(guildId);
    } catch {
      return undefined;
    }
  };

  const outletFor = (name: string, target: StatusTarget | undefined): Outlet | undefined => {
    if (target === undefined) return undefined;
    const checked = readTarget(name, target);
    const poster =
      'address' in checked ? createWebhookPoster(checked, clock) : createChannelPoster(checked.channelId, checked.rest);
    posters.push(poster);
    const postAtLast = createPostAtLast({ poster, hold, clock, random, onProblem, signal: ending.signal });
    const nextNonce = (): string => `${prefix}-${clock.wallTime().toString(36)}-${++nonces}`.slice(0, 25);
    return createOutlet({ intervalMs, clock, nextNonce, postAtLast });
  };
  const shardOutlet = outletFor('target', options.target);
  const guildOutlet = outletFor('guildTarget', options.guildTarget);
  const outlets = [shardOutlet, guildOutlet].filter((outlet) => outlet !== undefined);

  const tell = (event: StatusEvent): void => {
    if (kinds.has(event.kind)) (isGuildKind(event.kind) ? guildOutlet : shardOutlet)?.add(event);
  };
  const flush = async (deadlineMs: number = FLUSH_DEADLINE_MS): Promise<boolean> => {
    const all = Promise.all(outlets.map((outlet) => outlet.flush()));
    return (await within(clock, deadlineMs, all)) !== undefined;
  };
  const end = async (deadlineMs: number): Promise<void> => {
    for (const detach of detachers) detach();
    await flush(deadlineMs);
    const unposted = outlets.reduce((sum, outlet) => sum + outlet.unposted, 0);
    for (const outlet of outlets) outlet.end();
    ending.abort();
    if (unposted > 0) onProblem(`status messages of ${unposted} events could not be posted before the end`);
    await Promise.all(posters.map((poster) => poster.close()));
  };

  return {
    attach(gateway) {
      const stopListening = listenTo(gateway, tell, guildName);
      const detach = (): void => {
        detachers.delete(detach);
        stopListening();
      };
      detachers.add(detach);
      return detach;
    },
    tell,
    tellDispatch(payload) {
      if (payload.guildEvent === undefined || guildOutlet === undefined) return;
      const event = guildEventOf(payload, guildName);
      if (event !== undefined) tell(event);
    },
    flush,
    close: (deadlineMs = CLOSE_DEADLINE_MS) => (closing ??= end(deadlineMs)),
  };
}
