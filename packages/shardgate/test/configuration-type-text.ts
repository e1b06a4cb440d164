import { z } from 'zod';
import { factsOf } from '../src/configuration/schema/leaf.ts';
import { configurationSchema } from '../src/configuration/schema/schema.ts';
import { brokerSinkTypes } from '../src/configuration/schema/broker-sinks.ts';
import { sinkTypes } from '../src/configuration/schema/sinks.ts';
import { bare, membersOf } from '../src/configuration/schema/structure.ts';

const HEAD =
  '// Made from the schema: `vitest run -u packages/shardgate/test/configuration-types.test.ts` writes it anew.\n';

/** The module `configuration.ts`: what a loaded configuration is. */
export function configurationModule(): string {
  const members = Object.entries(membersOf(configurationSchema) ?? {}).map(([name, schema]) =>
    name === 'sinks'
      ? `  ${comment(schema)}readonly sinks: readonly SinkConfiguration[];\n`
      : member(name, schema, '  '),
  );
  return [
    HEAD,
    "import type { SinkConfiguration } from './sink-configuration.ts';\n",
    '/** A configuration as the process uses it: checked, with every default. Secrets are readable and not enumerable. */',
    `export interface Configuration {\n${members.join('')}}\n`,
  ].join('\n');
}

/** The module `sink-configuration.ts`. */
export function sinkModule(): string {
  const own = Object.fromEntries(Object.entries(sinkTypes).filter(([type]) => !(type in brokerSinkTypes)));
  const brokers = "import type { BrokerSinkConfiguration } from './broker-sink-configuration.ts';\n";
  const union = unionOf('SinkConfiguration', [...Object.keys(own).map(interfaceName), 'BrokerSinkConfiguration']);
  return [HEAD, brokers, ...interfacesOf(own), `/** One sink, by its type. */\n${union}`].join('\n');
}

/** The module `broker-sink-configuration.ts`. */
export function brokerSinkModule(): string {
  const union = unionOf('BrokerSinkConfiguration', Object.keys(brokerSinkTypes).map(interfaceName));
  return [HEAD, ...interfacesOf(brokerSinkTypes), `/** One sink of a broker, by its type. */\n${union}`].join('\n');
}

function interfaceName(type: string): string {
  return `${type[0]?.toUpperCase()}${type.slice(1)}SinkConfiguration`;
}

function interfacesOf(types: Readonly<Record<string, z.ZodObject>>): string[] {
  return Object.entries(types).map(([type, schema]) => {
    const members = Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, inner]) =>
      member(name, inner, '  '),
    );
    return `/** A sink of type \`${type}\`. */\nexport interface ${interfaceName(type)} {\n${members.join('')}}\n`;
  });
}

function unionOf(name: string, members: readonly string[]): string {
  return `export type ${name} =\n${members.map((one) => `  | ${one}`).join('\n')};\n`;
}

function comment(schema: z.ZodType): string {
  const facts = factsOf(schema);
  if (facts === undefined) return '';
  const { fallback } = bare(schema);
  const unit = facts.unit === undefined ? '' : ` Unit: ${facts.unit}.`;
  const preset = facts.defaultText ?? (fallback === undefined ? undefined : `\`${JSON.stringify(fallback)}\``);
  const known = preset === undefined || preset === 'required' ? '' : ` Default: ${preset}.`;
  return `/** ${facts.description}${unit}${known} */\n  `;
}

function member(name: string, schema: z.ZodType, indent: string): string {
  const { isOptional } = bare(schema);
  const text = comment(schema).replace(/\n {2}$/, `\n${indent}`);
  return `${indent}${text}readonly ${name}${isOptional ? '?' : ''}: ${typeText(schema, indent)};\n`;
}

/** The type of what a schema gives, as TypeScript. */
function typeText(given: z.ZodType, indent: string): string {
  const pipe = given instanceof z.ZodDefault ? given.unwrap() : given;
  if (pipe instanceof z.ZodPipe) return typeText(pipe.def.out as z.ZodType, indent);
  const { schema, isNullable } = bare(given);
  return isNullable ? `${innerText(schema, indent)} | null` : innerText(schema, indent);
}

function innerText(schema: z.ZodType, indent: string): string {
  const members = membersOf(schema);
  if (members !== undefined) {
    const inner = Object.entries(members).map(([name, one]) => member(name, one, `${indent}  `));
    return `{\n${inner.join('')}${indent}}`;
  }
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodBoolean) return 'boolean';
  if (schema instanceof z.ZodEnum) return schema.options.map((one) => `'${String(one)}'`).join(' | ');
  if (schema instanceof z.ZodLiteral)
    return [...schema.values].map((one) => (typeof one === 'string' ? `'${one}'` : String(one))).join(' | ');
  if (schema instanceof z.ZodUnion) return schema.options.map((one) => typeText(one as z.ZodType, indent)).join(' | ');
  if (schema instanceof z.ZodArray) {
    const element = typeText(schema.element as z.ZodType, indent);
    return element.includes(' | ') ? `readonly (${element})[]` : `readonly ${element}[]`;
  }
  if (schema instanceof z.ZodString || schema instanceof z.ZodURL) return 'string';
  throw new Error(`a type that cannot be written yet: ${schema.type}`);
}
