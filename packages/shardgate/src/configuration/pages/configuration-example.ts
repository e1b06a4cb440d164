import { configurationLeaves, partListAt } from '../describe-configuration.ts';
import type { ConfigurationLeaf, PartList } from '../describe-configuration.ts';

const WIDTH = 116;

/** What the file imports from; apart from its line, which would otherwise look like an import of this file. */
const PACKAGE = 'shardgate';

const HEAD = `// Every setting there is, with its default. Take away what you do not change: an empty file is one, too.
// Made by \`shardgate config example\`. What the settings mean in full: docs/configuration.md.
import { defineConfiguration } from '${PACKAGE}';

export default defineConfiguration({`;

/** Defaults that the example says in another way. */
const SPECIAL: Readonly<Record<string, string>> = {
  token: "{ env: 'DISCORD_TOKEN' }",
  intents: "'default'",
};

/** The text of examples/configuration/shardgate.config.ts. */
export function configurationExample(): string {
  const lines: string[] = [];
  let open: string[] = [];
  const close = (depth: number): void => {
    for (; open.length > depth; open = open.slice(0, -1)) lines.push(`${'  '.repeat(open.length)}},`);
  };
  for (const leaf of configurationLeaves()) {
    const names = leaf.path.split('.');
    const name = names.pop() ?? '';
    const shared = names.findIndex((one, index) => open[index] !== one);
    close(shared === -1 ? names.length : shared);
    for (const one of names.slice(open.length)) {
      open = [...open, one];
      lines.push(`${'  '.repeat(open.length)}${one}: {`);
    }
    const indent = '  '.repeat(open.length + 1);
    lines.push(...comment(leaf, indent));
    const list = partListAt(leaf.path);
    if (list === undefined) lines.push(`${indent}${name}: ${valueText(leaf)},`);
    else lines.push(`${indent}${name}: [`, ...partLines(list, `${indent}  `), `${indent}],`);
  }
  close(0);
  return `${[HEAD, ...lines].join('\n')}\n});\n`;
}

function comment(leaf: ConfigurationLeaf, indent: string): string[] {
  const unit = leaf.unit === 'bytes' || leaf.unit === 'milliseconds' ? ` In ${leaf.unit}.` : '';
  const absent = leaf.fallback === null ? ` Without it: ${leaf.defaultText}.` : '';
  return wrap(`${leaf.description}${unit}${absent} ${leaf.variables.at(-1)}`, indent);
}

/** Comment lines of a text, as long as they may be. */
function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = `${indent}//`;
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `${indent}//`;
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

function valueText({ path, fallback }: ConfigurationLeaf): string {
  return SPECIAL[path] ?? literal(fallback);
}

function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "\\'")}'`;
  if (typeof value === 'number') return digits(value);
  return Array.isArray(value) ? `[${value.map(literal).join(', ')}]` : String(value);
}

function digits(value: number): string {
  return value < 10_000 ? String(value) : value.toLocaleString('en-US').replaceAll(',', '_');
}

/** Members that stand in the example as comments, where they do not stand at their default. */
const LEFT_OUT: ReadonlySet<string> = new Set(['urls', 'maxAgeMs', 'password']);

/** Variables that servers' addresses are usually in. */
const ADDRESSES: Readonly<Record<string, string>> = {
  amqp: 'RABBITMQ_URL',
  redisList: 'REDIS_URL',
  redisStream: 'REDIS_URL',
  jetstream: 'NATS_URL',
  nats: 'NATS_URL',
  redis: 'REDIS_URL',
  postgres: 'POSTGRES_URL',
};

/** The entry that is there by default, and its members. */
const DEFAULT_PARTS: Readonly<
  Record<PartList['path'], { readonly type: string; readonly members: readonly string[] }>
> = {
  sinks: { type: 'websocket', members: ['name'] },
  'state.stores': { type: 'memory', members: ['path'] },
};

/** The default entry as it is, the others as comments: each begins to listen or to call when it stands there. */
function partLines({ path, types }: PartList, indent: string): string[] {
  const lines: string[] = [];
  const preset = DEFAULT_PARTS[path];
  for (const { name, leaves } of types) {
    const isDefault = name === preset.type;
    const mark = isDefault ? indent : `${indent}// `;
    lines.push(`${mark}{`, `${mark}  type: '${name}',`);
    for (const leaf of leaves.filter((one) => !one.path.includes('.'))) {
      const value = exampleOf(name, leaf);
      const isLeftOut = isDefault
        ? leaf.fallback === undefined && !preset.members.includes(leaf.path)
        : LEFT_OUT.has(leaf.path);
      if (value !== undefined) lines.push(`${mark}  ${isLeftOut ? '// ' : ''}${leaf.path}: ${value},`);
    }
    lines.push(`${mark}},`);
  }
  return lines;
}

/** Paths of parts that have no default, by their type. */
const PATHS: Readonly<Record<string, string>> = {
  unix: '/run/shardgate/events.sock',
  assyst: '/tmp/assyst2-gateway-com',
  memory: 'state.txt',
};

/** Undefined for what has neither a value nor a default that is one. */
function exampleOf(type: string, { path, fallback, isSecret, defaultText }: ConfigurationLeaf): string | undefined {
  if (path === 'name') return type === 'websocket' ? "'events'" : `'${type}'`;
  if (isSecret && path === 'url') return `{ env: '${ADDRESSES[type]}' }`;
  if (isSecret) return `{ env: '${path === 'signingKey' ? 'SIGNING_KEY' : 'EVENTS_KEY'}' }`;
  if (path === 'path' && fallback === undefined) return literal(PATHS[type]);
  if (path === 'url') return "'http://127.0.0.1:8080/events'";
  if (path === 'address') return "'127.0.0.1:4362'";
  if (path === 'servers') return "['127.0.0.1:9092']";
  if (path === 'urls') return "['http://127.0.0.1:8080/events', 'http://127.0.0.1:8081/events']";
  return fallback === undefined ? valueIn(defaultText) : literal(fallback);
}

/** The value that a text about a default is, if it is one. */
function valueIn(text: string): string | undefined {
  if (/^[\d,]+$/.test(text)) return text.replaceAll(',', '_');
  const [, word] = /^`([^`]+)`$/.exec(text) ?? [];
  return word === undefined || word === 'true' || word === 'false' ? word : literal(word);
}
