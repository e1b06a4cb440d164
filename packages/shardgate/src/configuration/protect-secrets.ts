import type { Configuration } from './configuration.ts';
import { configurationLeaves, describeSinks } from './describe-configuration.ts';
import type { ConfigurationLeaf } from './describe-configuration.ts';
import { isObject } from './settings.ts';
import type { SinkConfiguration } from './sink-configuration.ts';

/** What stands in place of a secret. */
const HIDDEN = '(hidden)';

const delicate = configurationLeaves().filter(({ visibility }) => visibility !== 'all');

/** Members of a sink that hold a secret, or may. */
function delicateIn({ type }: SinkConfiguration): readonly ConfigurationLeaf[] {
  const sink = describeSinks().find(({ name }) => name === type);
  return (sink?.leaves ?? []).filter(({ visibility }) => visibility !== 'all');
}

/** The object that a path's last name is a member of, and that name. */
function holderOf(root: object, path: string): { readonly holder: object; readonly name: string } {
  const names = path.split('.');
  const name = names.pop() ?? '';
  let holder = root;
  for (const one of names) holder = Reflect.get(holder, one) as object;
  return { holder, name };
}

/** Makes secrets readable and nothing else, and everything unchangeable. Changes what it is given. */
export function protect(configuration: Configuration): Configuration {
  const hide = ({ holder, name }: { readonly holder: object; readonly name: string }): void => {
    if (Object.hasOwn(holder, name)) Object.defineProperty(holder, name, { enumerable: false });
  };
  for (const { path, isSecret } of delicate) if (isSecret) hide(holderOf(configuration, path));
  for (const sink of configuration.sinks) for (const { path } of delicateIn(sink)) hide(holderOf(sink, path));
  freeze(configuration);
  return configuration;
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.freeze(value);
  for (const name of Reflect.ownKeys(value)) freeze(Reflect.get(value, name));
}

/**
 * A plain copy for people: `(hidden)` in place of each secret that is set, and of consumers' addresses only what is before the path.
 */
export function hideSecrets(configuration: Configuration): Record<string, unknown> {
  const copy = structuredClone({ ...configuration }) as Record<string, unknown>;
  const show = (from: object, to: object, { path, visibility }: ConfigurationLeaf): void => {
    const source = holderOf(from, path);
    const value: unknown = Reflect.get(source.holder, source.name);
    if (value !== undefined) Reflect.set(holderOf(to, path).holder, source.name, shownSecret(value, visibility));
  };
  for (const leaf of delicate) show(configuration, copy, leaf);
  const sinks = copy['sinks'] as object[];
  configuration.sinks.forEach((sink, index) => {
    for (const leaf of delicateIn(sink)) show(sink, sinks[index] ?? {}, leaf);
  });
  return copy;
}

function shownSecret(value: unknown, visibility: ConfigurationLeaf['visibility']): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((one) => shownSecret(one, visibility));
  if (visibility === 'address') return value;
  if (visibility === 'secret' || typeof value !== 'string' || !URL.canParse(value)) return HIDDEN;
  const { origin, pathname, search } = new URL(value);
  return pathname === '/' && search === '' ? value : `${origin}/…`;
}

/** What stands with a sink's options and is not for its factory: what the delivery asks of it, and where commands come from. */
const NOT_ITS_OWN = ['type', 'required', 'events', 'ignoreEvents', 'commands'] as const;

/** A sink's own options, secrets included, as its factory takes them. */
export type SinkOptions<T extends SinkConfiguration = SinkConfiguration> = T extends SinkConfiguration
  ? Omit<T, (typeof NOT_ITS_OWN)[number]>
  : never;

/**
 * The options for a sink's factory. Copying a sink of a configuration by itself would lose its keys, which are not enumerable.
 *
 * @example
 * if (sink.type === 'websocket') createWebSocketSink(sinkOptions(sink));
 */
export function sinkOptions<T extends SinkConfiguration>(sink: T): SinkOptions<T> {
  const members = Object.getOwnPropertyNames(sink)
    .filter((name) => !(NOT_ITS_OWN as readonly string[]).includes(name))
    .map((name) => [name, plain(Reflect.get(sink, name))]);
  return Object.fromEntries(members) as SinkOptions<T>;
}

function plain(value: unknown): unknown {
  return isObject(value) ? { ...value } : value;
}
