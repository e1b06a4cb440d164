import type { Configuration } from './configuration.ts';
import { configurationLeaves, describePartLists, leavesOfPart } from './describe-configuration.ts';
import type { ConfigurationLeaf } from './describe-configuration.ts';
import { isObject } from './settings.ts';
import type { SinkConfiguration } from './sink-configuration.ts';
import type { StoreConfiguration } from './store-configuration.ts';

/** A sink or a store. */
type Part = SinkConfiguration | StoreConfiguration;

/** What stands in place of a secret. */
const HIDDEN = '(hidden)';

const delicate = configurationLeaves().filter(({ visibility }) => visibility !== 'all');

/** Every sink and store: where it stands, and its members that hold a secret, or may. */
function delicateParts(
  configuration: Configuration,
): { readonly part: Part; readonly path: string; readonly leaves: readonly ConfigurationLeaf[] }[] {
  return describePartLists().flatMap((list) => {
    const { holder, name } = holderOf(configuration, list.path);
    return (Reflect.get(holder, name) as readonly Part[]).map((part, index) => ({
      part,
      path: `${list.path}.${index}`,
      leaves: leavesOfPart(list, part.type).filter(({ visibility }) => visibility !== 'all'),
    }));
  });
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
  for (const { part, leaves } of delicateParts(configuration))
    for (const { path } of leaves) hide(holderOf(part, path));
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
  for (const { part, path, leaves } of delicateParts(configuration)) {
    const { holder, name } = holderOf(copy, path);
    for (const leaf of leaves) show(part, Reflect.get(holder, name) as object, leaf);
  }
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

/** What stands with a part's options and is not for its factory: what the delivery asks of it, where commands come from, and keys beside the cache. */
const NOT_ITS_OWN = ['type', 'required', 'events', 'ignoreEvents', 'commands', 'informationKeys'] as const;

/** The own options of a sink or store, secrets included, as its factory takes them. */
export type PartOptions<T extends Part = Part> = T extends Part ? Omit<T, (typeof NOT_ITS_OWN)[number]> : never;

/**
 * The options for the factory of a sink or store. Copying one of a configuration by itself would lose its keys, which are not enumerable.
 *
 * @example
 * if (sink.type === 'websocket') createWebSocketSink(partOptions(sink));
 */
export function partOptions<T extends Part>(part: T): PartOptions<T> {
  const members = Object.getOwnPropertyNames(part)
    .filter((name) => !(NOT_ITS_OWN as readonly string[]).includes(name))
    .map((name) => [name, plain(Reflect.get(part, name))]);
  return Object.fromEntries(members) as PartOptions<T>;
}

function plain(value: unknown): unknown {
  return isObject(value) ? { ...value } : value;
}
