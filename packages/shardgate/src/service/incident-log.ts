import type { Clock } from '@shardgate/gateway';
import type { Incident } from './service-view.ts';

const KEPT = 200;

/** An incident as its witness tells it. */
export interface IncidentReport {
  readonly level: Incident['level'];
  readonly kind: string;
  readonly text: string;
  readonly shardId?: number | undefined;
  readonly sink?: string | undefined;
}

/** The newest incidents of a service, and who wants to hear of them. */
export interface IncidentLog {
  tell(report: IncidentReport): void;
  /** Newest first. */
  all(): readonly Incident[];
  listen(listener: (incident: Incident) => void): () => void;
}

export function createIncidentLog(clock: Clock): IncidentLog {
  const incidents: Incident[] = [];
  const listeners = new Set<(incident: Incident) => void>();
  let lastId = 0;
  return {
    tell({ level, kind, text, shardId, sink }) {
      const incident: Incident = {
        id: ++lastId,
        at: clock.wallTime(),
        level,
        kind,
        text,
        shardId: shardId ?? null,
        sink: sink ?? null,
      };
      incidents.unshift(incident);
      incidents.length = Math.min(incidents.length, KEPT);
      for (const listener of listeners) {
        try {
          listener(incident);
        } catch {
          // One who cannot hear does not keep the others from hearing.
        }
      }
    },
    all: () => incidents,
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
