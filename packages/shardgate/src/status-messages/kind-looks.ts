import type { StatusKind } from './status-event.ts';

/** How the embeds of a kind look. */
export interface KindLook {
  readonly title: string;
  /** 0xRRGGBB. */
  readonly colour: number;
}

/** Titles and colours; those of twilight-dispatch's six are its own. */
export const KIND_LOOKS: Readonly<Record<StatusKind, KindLook>> = {
  connected: { title: 'Connected', colour: 0x00ff00 },
  ready: { title: 'Ready', colour: 0x00ff00 },
  resumed: { title: 'Resumed', colour: 0x1e90ff },
  disconnected: { title: 'Disconnected', colour: 0xff0000 },
  failed: { title: 'Failed', colour: 0xff0000 },
  stopped: { title: 'Stopped', colour: 0x808080 },
  gap: { title: 'Events lost', colour: 0xffa500 },
  resharded: { title: 'Resharded', colour: 0x1e90ff },
  reshardRolledBack: { title: 'Resharding given up', colour: 0xffa500 },
  incident: { title: 'Incident', colour: 0xffa500 },
  guildJoin: { title: 'Guild Join', colour: 0x00ff00 },
  guildLeave: { title: 'Guild Leave', colour: 0xff0000 },
};

/** Every kind. */
export const STATUS_KINDS = Object.keys(KIND_LOOKS) as readonly StatusKind[];

/** Without `connected`, which always comes together with `ready` or `resumed`. */
export const DEFAULT_KINDS: readonly StatusKind[] = STATUS_KINDS.filter((kind) => kind !== 'connected');

/** Whether a kind goes to the channel for guilds. */
export function isGuildKind(kind: StatusKind): boolean {
  return kind === 'guildJoin' || kind === 'guildLeave';
}
