/** `void`: the connection that was asked is not there any more, or was none; ask again. */
export type ProbeState = 'waiting' | 'answered' | 'void';

/** A heartbeat out of turn. Once it is answered everything that Discord had sent when it was asked has come in, and has passed this thread's doors. */
export interface Probe {
  readonly state: ProbeState;
}
