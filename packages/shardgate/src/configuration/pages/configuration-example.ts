import { configurationLeaves, describeSinks } from '../describe-configuration.ts';
import type { ConfigurationLeaf } from '../describe-configuration.ts';

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
    if (leaf.path === 'sinks') lines.push(...sinkLines());
    else lines.push(`${indent}${name}: ${valueText(leaf)},`);
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

/** Instead of another one that is there. */
const LEFT_OUT: ReadonlySet<string> = new Set(['urls', 'maxAgeMs', 'password']);

/** Variables that brokers' addresses are usually in. */
const ADDRESSES: Readonly<Record<string, string>> = {
  amqp: 'RABBITMQ_URL',
  redisList: 'REDIS_URL',
  redisStream: 'REDIS_URL',
  jetstream: 'NATS_URL',
  nats: 'NATS_URL',
};

/** One sink as it is, the others as comments: each begins to listen or to call when it stands there. */
function sinkLines(): string[] {
  const lines = ['  sinks: ['];
  for (const { name, leaves } of describeSinks()) {
    const isDefault = name === 'websocket';
    const mark = isDefault ? '    ' : '    // ';
    lines.push(`${mark}{`, `${mark}  type: '${name}',`);
    for (const leaf of leaves.filter(({ path }) => !path.includes('.'))) {
      const value = exampleOf(name, leaf);
      const isLeftOut = isDefault ? leaf.fallback === undefined && leaf.path !== 'name' : LEFT_OUT.has(leaf.path);
      if (value !== undefined) lines.push(`${mark}  ${isLeftOut ? '// ' : ''}${leaf.path}: ${value},`);
    }
    lines.push(`${mark}},`);
  }
  return [...lines, '  ],'];
}

/** Undefined for what has neither a value nor a default that is one. */
function exampleOf(type: string, { path, fallback, isSecret, defaultText }: ConfigurationLeaf): string | undefined {
  if (path === 'name') return type === 'websocket' ? "'events'" : `'${type}'`;
  if (isSecret && path === 'url') return `{ env: '${ADDRESSES[type]}' }`;
  if (isSecret) return `{ env: '${path === 'signingKey' ? 'SIGNING_KEY' : 'EVENTS_KEY'}' }`;
  if (path === 'path' && fallback === undefined)
    return type === 'unix' ? "'/run/shardgate/events.sock'" : "'/tmp/assyst2-gateway-com'";
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
