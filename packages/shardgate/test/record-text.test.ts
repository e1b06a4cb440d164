import type { DeliveryReshard } from '@shardgate/delivery';
import { expect, it } from 'vitest';
import { recordJson, recordLine } from '../src/journal/record-text.ts';

const reshard: DeliveryReshard = {
  kind: 'reshard',
  shardId: 0,
  shardCount: 8,
  offset: 1,
  sessionId: 'new',
  from: { shardCount: 4, shards: [{ shardId: 0, sessionId: 'old', seq: 4_730 }] },
  to: { shardCount: 8, shards: [{ shardId: 0, sessionId: 'new', seq: 12 }] },
  at: Date.UTC(2026, 0, 1, 12),
};

it('a reshard in the journal is one line that says from how many shards to how many', () => {
  expect(recordLine(reshard)).toBe('2026-01-01T12:00:00.000Z  0/8     offset 1  RESHARD: from 4 to 8 shards');
  expect(JSON.parse(recordJson(reshard))).toEqual(reshard);
});
