import type { RoleCommand, RoleMessage } from './role-messages.ts';

/** How a role is ended, and what else it understands. */
export interface RunningRole {
  stop(): Promise<void>;
  hear?(command: RoleCommand): void;
}

/** Tells the parent something. */
export function tell(message: RoleMessage): void {
  if (process.connected) process.send?.(message);
}

/** A variable the parent sets for every role. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; this file is started by 'shardgate demo'`);
  return value;
}

/**
 * Runs one process of the demo: starts it, and stops it when the parent says so or is gone. Ctrl-C reaches every process of a terminal at once, and SIGTERM those of
 * a group where `timeout` or a service manager sends it; only the parent acts on them, so that all stop in order.
 */
export function runRole(start: () => Promise<RunningRole>): void {
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  const started = start();
  let stopping: Promise<void> | undefined;
  const stop = (): void => {
    stopping ??= started
      .then((role) => role.stop())
      .catch((error: unknown) => tell({ type: 'failed', text: String(error) }))
      .finally(() => process.disconnect?.());
  };
  process.on('message', (command: RoleCommand) => {
    if (command.type === 'stop') stop();
    else started.then((role) => role.hear?.(command)).catch(() => {});
  });
  process.on('disconnect', stop);
  started.catch((error: unknown) => {
    tell({ type: 'failed', text: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
    process.disconnect?.();
  });
}
