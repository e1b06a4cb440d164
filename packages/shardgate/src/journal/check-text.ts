import type { DeliveryGap, JournalRepair, JournalVerification } from '@shardgate/delivery';
import { gapText } from './record-text.ts';

/** What reading every byte has shown, for people. */
export function verificationText({ ok, segments, records, damage, tornBytes, gaps }: JournalVerification): string {
  const verdict = ok ? 'ok' : damage.length > 0 ? 'damaged' : 'undamaged, but events are missing';
  return [
    `${verdict}: ${records.toLocaleString('en')} records in ${segments} segments are intact`,
    ...damage.map((detail) => `  ${detail}`),
    ...gaps.map(laneGapText),
    ...(tornBytes > 0 ? [`  ${tornBytes} bytes at the end were never synced; that is no damage`] : []),
    ...(damage.length > 0 ? ['`shardgate journal repair` keeps what is intact and writes down what is missing'] : []),
  ].join('\n');
}

/** What a repair has done, for people. */
export function repairText({ damage, rewritten, gaps }: JournalRepair): string {
  const verdict =
    damage.length === 0
      ? 'nothing to repair'
      : `repaired: ${rewritten.length} segments written anew; the damaged ones are kept beside them`;
  return [verdict, ...damage.map((detail) => `  ${detail}`), ...gaps.map(laneGapText)].join('\n');
}

function laneGapText(gap: DeliveryGap): string {
  return `  lane ${gap.shardId}/${gap.shardCount}: ${gapText(gap)}`;
}
