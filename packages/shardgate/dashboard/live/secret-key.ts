const KEPT_AS = 'shardgate.secretKey';

/** For a browser that forbids storage: the key lasts as long as the page. */
let inMemory = '';

/** The key given in this tab; empty without one. It ends with the tab and is sent to this service only. */
export function keptKey(): string {
  try {
    return sessionStorage.getItem(KEPT_AS) ?? inMemory;
  } catch {
    return inMemory;
  }
}

/** An empty key is forgotten. */
export function keepKey(key: string): void {
  inMemory = key;
  try {
    if (key) sessionStorage.setItem(KEPT_AS, key);
    else sessionStorage.removeItem(KEPT_AS);
  } catch {
    // Kept in memory, see above.
  }
}
