/** Text with holes, cut once and filled often: JSON of one shape costs a few concatenations. */
export interface Template {
  /** Fills the holes. A value must be fit to stand in JSON where its hole is. */
  fill(values: Readonly<Record<string, string>>): string;
}

/** A hole within a string of the shape: `{ id: hole('guild') + '000000' }`. */
export function hole(name: string): string {
  return `⟦${name}⟧`;
}

/** A hole that stands for a whole JSON value that is not a string: a number, an object, a list. */
export function valueHole(name: string): string {
  return `⟦#${name}⟧`;
}

/** Makes a template of a shape in which `hole` and `valueHole` mark the parts that change. */
export function createTemplate(shape: unknown): Template {
  // Two groups in the pattern: split gives text, value hole, string hole, text, …
  const pieces = JSON.stringify(shape).split(/"⟦#(\w+)⟧"|⟦(\w+)⟧/);
  const first = pieces[0] ?? '';
  const names: string[] = [];
  const texts: string[] = [];
  for (let index = 1; index < pieces.length; index += 3) {
    names.push(pieces[index] ?? pieces[index + 1] ?? '');
    texts.push(pieces[index + 2] ?? '');
  }

  return {
    fill(values) {
      let result = first;
      for (let index = 0; index < names.length; index += 1) {
        result += (values[names[index] as string] ?? '') + (texts[index] as string);
      }
      return result;
    },
  };
}
