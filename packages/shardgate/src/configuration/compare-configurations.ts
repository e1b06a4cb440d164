import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from './configuration.ts';
import { configurationLeaves } from './describe-configuration.ts';
import { partOptions } from './protect-secrets.ts';
import type { SinkConfiguration } from './sink-configuration.ts';

/** What differs between two configurations, by path. */
export interface ConfigurationDifference {
  /** What a running service takes over: `log.level`, `sinks.events.ignoreEvents` (of the sink called `events`). */
  readonly live: readonly string[];
  /** What takes effect after a restart. */
  readonly restart: readonly string[];
}

/** Says which values differ, and which of them need a restart. */
export function compareConfigurations(before: Configuration, after: Configuration): ConfigurationDifference {
  const changed = configurationLeaves().filter(
    ({ path }) => path !== 'sinks' && !isDeepStrictEqual(valueAt(before, path), valueAt(after, path)),
  );
  const sinks = compareSinks(before.sinks, after.sinks);
  return {
    live: [...changed.filter(({ isLive }) => isLive).map(({ path }) => path), ...sinks.live],
    restart: [...changed.filter(({ isLive }) => !isLive).map(({ path }) => path), ...sinks.restart],
  };
}

function valueAt(configuration: Configuration, path: string): unknown {
  // Their secrets are not enumerable, so a comparison would not see them.
  if (path === 'state.stores') return configuration.state.stores.map((store) => ({ ...store, ...partOptions(store) }));
  return path.split('.').reduce<unknown>((value, name) => Reflect.get(Object(value), name), configuration);
}

function compareSinks(
  before: readonly SinkConfiguration[],
  after: readonly SinkConfiguration[],
): ConfigurationDifference {
  const live: string[] = [];
  const restart: string[] = [];
  const old = new Map(before.map((sink) => [sink.name, sink]));
  for (const sink of after) {
    const was = old.get(sink.name);
    old.delete(sink.name);
    const path = `sinks.${sink.name}`;
    if (was === undefined || was.type !== sink.type || was.required !== sink.required || !hasSameOptions(was, sink))
      restart.push(path);
    for (const name of ['events', 'ignoreEvents'] as const)
      if (was !== undefined && !isDeepStrictEqual(was[name], sink[name])) live.push(`${path}.${name}`);
  }
  restart.push(...Array.from(old.keys(), (name) => `sinks.${name}`));
  return { live, restart };
}

function hasSameOptions(one: SinkConfiguration, other: SinkConfiguration): boolean {
  return isDeepStrictEqual(partOptions(one), partOptions(other));
}
