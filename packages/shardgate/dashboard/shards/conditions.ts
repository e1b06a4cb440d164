import type { ShardCondition } from '../../src/service/shard-condition.ts';

/** In the order of the legend. */
export const CONDITIONS: readonly ShardCondition[] = [
  'ready',
  'connecting',
  'waiting',
  'reconnecting',
  'paused',
  'failed',
  'stopped',
];

/** What each means, in one sentence. */
export const MEANING: Readonly<Record<ShardCondition, string>> = {
  ready: 'Connected; events flow.',
  connecting: 'A connection is being made, or a session begun or continued.',
  waiting: 'Not started yet, or waiting for its turn to identify.',
  reconnecting: 'Lost its connection and is on the way back.',
  paused: 'Does not read: the consumers are too slow.',
  failed: 'Will not try again; somebody has to act.',
  stopped: 'Was told to stop.',
};
