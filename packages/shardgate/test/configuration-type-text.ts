import { z } from 'zod';
import { factsOf } from '../src/configuration/schema/leaf.ts';
import { configurationSchema } from '../src/configuration/schema/schema.ts';
import { partListSchemas } from '../src/configuration/schema/part-lists.ts';
import { brokerSinkTypes } from '../src/configuration/schema/broker-sinks.ts';
import { bare, membersOf } from '../src/configuration/schema/structure.ts';

const HEAD =
  '// Made from the schema: `vitest run -u packages/shardgate/test/configuration-types.test.ts` writes it anew.\n';

/** The module `configuration.ts`: what a loaded configuration is. */
export function configurationModule(): string {
  const members = Object.entries(membersOf(configurationSchema) ?? {}).map(([name, schema]) =>
    member(name, schema, '  '),
  );
  return [
    HEAD,
    partListSchemas
      .map(({ noun }) => `import type { ${capital(noun)}Configuration } from './${noun}-configuration.ts';\n`)
      .join(''),
    '/** A configuration as the process uses it: checked, with every default. Secrets are readable and not enumerable. */',
    `export interface Configuration {\n${members.join('')}}\n`,
  ].join('\n');
}

/** The modules of the types of each list's entries, by file name. */
export function partModules(): ReadonlyMap<string, string> {
  const modules = new Map<string, string>();
  for (const { noun, types } of partListSchemas) {
    const name = `${capital(noun)}Configuration`;
    // They are too many for one file.
    const own = Object.fromEntries(Object.entries(types).filter(([type]) => !(type in brokerSinkTypes)));
    const borrowed = Object.keys(own).length < Object.keys(types).length ? ['BrokerSinkConfiguration'] : [];
    const imported = borrowed.map((one) => `import type { ${one} } from './broker-sink-configuration.ts';\n`);
    modules.set(`${noun}-configuration.ts`, moduleOf(noun, own, { name, imported, borrowed }));
  }
  const broker = { name: 'BrokerSinkConfiguration', imported: [], borrowed: [] };
  return modules.set('broker-sink-configuration.ts', moduleOf('sink', brokerSinkTypes, broker));
}

function moduleOf(
  noun: string,
  types: Readonly<Record<string, z.ZodObject>>,
  union: { readonly name: string; readonly imported: readonly string[]; readonly borrowed: readonly string[] },
): string {
  const nameOf = (type: string): string => `${capital(type)}${capital(noun)}Configuration`;
  const interfaces = Object.entries(types).map(([type, schema]) => {
    const members = Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, inner]) =>
      member(name, inner, '  '),
    );
    return `/** A ${noun} of type \`${type}\`. */\nexport interface ${nameOf(type)} {\n${members.join('')}}\n`;
  });
  const names = [...Object.keys(types).map(nameOf), ...union.borrowed];
  const last = `/** One ${noun}, by its type. */\nexport type ${union.name} =\n${names.map((name) => `  | ${name}`).join('\n')};\n`;
  return [HEAD, ...union.imported, ...interfaces, last].join('\n');
}

function capital(word: string): string {
  return `${word[0]?.toUpperCase()}${word.slice(1)}`;
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
  const list = partListSchemas.find(({ schema }) => schema === given);
  if (list !== undefined) return `readonly ${capital(list.noun)}Configuration[]`;
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
  if (schema instanceof z.ZodUnion)
    return schema.options.map((one) => optionText(one as z.ZodType, indent)).join(' | ');
  if (schema instanceof z.ZodArray) {
    const element = typeText(schema.element as z.ZodType, indent);
    return element.includes(' | ') ? `readonly (${element})[]` : `readonly ${element}[]`;
  }
  if (schema instanceof z.ZodString || schema instanceof z.ZodURL) return 'string';
  throw new Error(`a type that cannot be written yet: ${schema.type}`);
}

/** One of several; an object stands on the line. */
function optionText(schema: z.ZodType, indent: string): string {
  if (!(schema instanceof z.ZodObject)) return typeText(schema, indent);
  const members = Object.entries(schema.shape as Record<string, z.ZodType>);
  return `{ ${members.map(([name, inner]) => `readonly ${name}: ${typeText(inner, indent)}`).join('; ')} }`;
}
