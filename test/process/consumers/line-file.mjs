// Where a consumer leaves what it has handled: a line for each event, written before the event is acknowledged.
import { appendFileSync } from 'node:fs';

/** @param {string} path */
export const lineFile = (path) => {
  // Whoever was killed may have left half a line.
  appendFileSync(path, '\n');
  /** @param {readonly object[]} records */
  return (...records) => appendFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
};
