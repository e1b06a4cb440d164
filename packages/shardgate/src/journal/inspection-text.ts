import type { JournalInspection } from '@shardgate/delivery';
import { gapText, timeText } from './record-text.ts';

const count = (value: number): string => value.toLocaleString('en');

/** What a journal holds, for people. */
export function inspectionText(path: string, inspection: JournalInspection): string {
  const { segments, sessions, damage, tornBytes, records, bytes, otherFiles } = inspection;
  const lanes = inspection.lanes.toSorted((a, b) => a.shardCount - b.shardCount || a.shardId - b.shardId);
  const times = segments.flatMap(({ oldestAt, newestAt }) => [oldestAt ?? [], newestAt ?? []].flat());
  const oldest = times.length === 0 ? undefined : timeText(Math.min(...times));
  const newest = times.length === 0 ? undefined : timeText(Math.max(...times));
  const rows: [name: string, value: string][] = [
    ['journal', path],
    ['records', `${count(records)} in ${count(segments.length)} segments, ${count(bytes)} bytes`],
    ...(oldest === undefined ? [] : ([['received', `${oldest} to ${newest}`]] as [string, string][])),
    ['sessions', count(sessions.length)],
    ['unsynced', `${count(tornBytes)} bytes at the end`],
    ['other', otherFiles.map((file) => `${file.name} (${count(file.bytes)} bytes)`).join(', ') || 'no other files'],
    ['damage', damage.length === 0 ? 'none found by the indexes; `verify` reads every byte' : damage.join('; ')],
  ];
  const table = [
    ['lane', 'records', 'first offset', 'last offset', 'seq', 'acknowledged'],
    ...lanes.map((lane) => [
      `${lane.shardId}/${lane.shardCount}`,
      count(lane.records),
      String(lane.firstOffset ?? '-'),
      String(lane.lastOffset),
      String(lane.seq ?? '-'),
      Object.entries(lane.cursors)
        .map(([sink, offset]) => `${sink} ${offset}`)
        .join(', ') || '-',
    ]),
  ];
  const gaps = lanes.flatMap((lane) =>
    lane.gaps.map((gap) => `lane ${lane.shardId}/${lane.shardCount}: ${gapText(gap)}`),
  );
  return [...rows.map(([name, value]) => `${name.padEnd(9)} ${value}`), '', ...columns(table), ...gaps].join('\n');
}

function columns(table: readonly (readonly string[])[]): string[] {
  const widths = (table[0] ?? []).map((_head, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
