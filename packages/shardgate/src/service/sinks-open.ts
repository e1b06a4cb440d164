import type { Delivery } from '@shardgate/delivery';
import { errorCode } from './error-code.ts';
import { addressError } from './service-error.ts';

/** System errors that trying again does not mend. */
const LASTING = new Set(['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL']);

/** Resolves when each sink of a started delivery is open, or has failed in a way that may pass. Rejects when one cannot have its address. */
export function sinksOpen(delivery: Delivery): Promise<void> {
  const waiting = new Set(
    delivery
      .status(delivery)
      .sinks.filter(({ open }) => !open)
      .map(({ name }) => name),
  );
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      delivery.events.off('sinkFailed', failed);
      delivery.events.off('sinkOpen', opened);
      finish();
    };
    const done = (sink: string): void => {
      waiting.delete(sink);
      if (waiting.size === 0) settle(resolve);
    };
    const opened = ({ sink }: { sink: string }): void => done(sink);
    const failed = ({ sink, error }: { sink: string; error: unknown }): void => {
      if (LASTING.has(errorCode(error) ?? ''))
        settle(() => reject(addressError(error, `sink '${sink}'`, addressOf(error))));
      else done(sink);
    };
    delivery.events.on('sinkFailed', failed);
    delivery.events.on('sinkOpen', opened);
    if (waiting.size === 0) settle(resolve);
  });
}

function addressOf(error: unknown): string {
  const { address, port, path } = error as { address?: string; port?: number; path?: string };
  return path ?? (port === undefined ? 'the address' : `${address ?? '127.0.0.1'}:${port}`);
}
