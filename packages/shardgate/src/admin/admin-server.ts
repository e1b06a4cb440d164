import type { Metrics } from '../metrics/create-metrics.ts';
import type { ServiceActions, ServiceView } from '../service/service-view.ts';

/** Where the admin server writes what happens; a pino logger is one. Errors are in the field `err`, where pino looks for them. */
export interface AdminLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Options of `createAdminServer`. */
export interface AdminServerOptions {
  readonly view: ServiceView;
  readonly actions: ServiceActions;
  readonly metrics: Pick<Metrics, 'contentType' | 'text'>;
  /** Default 127.0.0.1. Any other machine can reach an address that is not of loopback, so that one needs a `secretKey`. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** What clients have to show: `Authorization: Bearer <key>`. Visible ASCII without spaces. Default: none. */
  readonly secretKey?: string | undefined;
  /**
   * Names, without port, under which the server may be called beside those of this machine; others are answered with 421. Default: none on loopback, else
   * any. Needs a `secretKey`.
   */
  readonly allowedHosts?: readonly string[];
  /** Folder with the built dashboard, which is read at once and shown at `/`. Default: none. */
  readonly dashboardFolder?: string | undefined;
  /** Default: nothing is written. */
  readonly log?: AdminLog;
  /** From one snapshot of `/api/events` to the next, milliseconds. Default 1,000. */
  readonly snapshotIntervalMs?: number;
  /** Time for a request to arrive, headers and body, milliseconds. Default 10,000. */
  readonly requestTimeoutMs?: number;
}

/** The HTTP server by which operators look at a service and act on it. */
export interface AdminServer {
  /** Listens. Rejects when the address cannot be had. */
  listen(): Promise<{ readonly url: string }>;
  /** Ends the event streams, gives answers under way two seconds, then closes. May be called again. */
  close(): Promise<void>;
}
