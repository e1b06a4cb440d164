import { CommandError } from './command-error.ts';

/** Deepest nesting of a command: a presence has 4 levels. */
const MAX_DEPTH = 8;
/** Values in a command: the longest has 1,000 ids. */
const MAX_VALUES = 2_000;
/** Characters of all strings and names of a command together. */
const MAX_CHARACTERS = 65_536;

/**
 * A copy of what JSON can say, made once, so that later checks and the sending see the same: no getters, no proxies, no `toJSON`, no
 * prototype from outside. Members that are undefined are left out.
 *
 * @throws {CommandError} `invalid` or `tooLarge`
 */
export function plainCopy(input: unknown): unknown {
  let values = 0;
  let characters = 0;

  const countCharacters = (text: string): void => {
    characters += text.length;
    if (characters > MAX_CHARACTERS)
      throw new CommandError('tooLarge', `a command must not have more than ${MAX_CHARACTERS} characters`);
  };

  const copy = (value: unknown, depth: number): unknown => {
    values += 1;
    if (values > MAX_VALUES)
      throw new CommandError('tooLarge', `a command must not have more than ${MAX_VALUES} values`);
    if (depth > MAX_DEPTH) throw new CommandError('invalid', `a command must not nest deeper than ${MAX_DEPTH} levels`);
    switch (typeof value) {
      case 'string':
        countCharacters(value);
        return value;
      case 'number':
        if (!Number.isFinite(value)) throw new CommandError('invalid', 'a command has a number that JSON cannot write');
        return value;
      case 'boolean':
        return value;
      case 'object':
        if (value === null) return null;
        return Array.isArray(value) ? copyArray(value, depth) : copyObject(value, depth);
      case 'bigint':
        throw new CommandError('invalid', 'a command has a bigint; give ids as strings of decimal digits');
      default:
        throw new CommandError('invalid', `a command has a ${typeof value} in it; only what JSON can write is taken`);
    }
  };

  const copyArray = (array: readonly unknown[], depth: number): unknown[] => {
    const { length } = array;
    if (length > MAX_VALUES)
      throw new CommandError('tooLarge', `a command must not have more than ${MAX_VALUES} values`);
    return Array.from({ length }, (_, index) => copy(array[index], depth + 1));
  };

  const copyObject = (object: object, depth: number): Record<string, unknown> => {
    const copied: Record<string, unknown> = {};
    for (const name of Object.keys(object)) {
      // An assignment would make the value the prototype.
      if (name === '__proto__') throw new CommandError('invalid', 'a command must not have a member __proto__');
      countCharacters(name);
      const value: unknown = Reflect.get(object, name);
      if (value !== undefined) copied[name] = copy(value, depth + 1);
    }
    return copied;
  };

  try {
    return copy(input, 0);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    // A getter or a proxy threw.
    throw new CommandError('invalid', 'a command cannot be read', { cause: error });
  }
}
