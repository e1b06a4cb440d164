/** A Map with the three look-ups that bots written for Discordeno use. */
export class Collection<K, V> extends Map<K, V> {
  /** The first value that the test accepts. */
  find(test: (value: V, key: K) => boolean): V | undefined {
    for (const [key, value] of this) if (test(value, key)) return value;
    return undefined;
  }

  /** A new collection of the entries that the test accepts. */
  filter(test: (value: V, key: K) => boolean): Collection<K, V> {
    const kept = new Collection<K, V>();
    for (const [key, value] of this) if (test(value, key)) kept.set(key, value);
    return kept;
  }

  /** What `convert` makes of each entry, in order. */
  map<R>(convert: (value: V, key: K) => R): R[] {
    const results: R[] = [];
    for (const [key, value] of this) results.push(convert(value, key));
    return results;
  }
}
