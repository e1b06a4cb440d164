import type { SinkDoor } from '@shardgate/delivery';

/** The user's lines for the log; that it does not work must not end anything. */
export function containedReport(report: SinkDoor['report'] | undefined): SinkDoor['report'] {
  return (level, message) => {
    try {
      report?.(level, message);
    } catch {
      // There is nobody left to tell.
    }
  };
}
