/** One instruction of a Dockerfile; `text` is what follows the word, its lines joined. */
export interface Instruction {
  readonly word: string;
  readonly text: string;
}

/** One stage: `name` as `FROM … AS name` gives it, empty for the last. */
export interface Stage {
  readonly name: string;
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** Takes a Dockerfile apart. Good for ours, which has neither heredocs nor another escape character. */
export function readDockerfile(text: string): { readonly before: Instruction[]; readonly stages: Stage[] } {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  const joined = lines.join('\n').replaceAll(/\\\n\s*/g, '');
  const before: Instruction[] = [];
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  for (const line of joined.split('\n')) {
    const [, word = '', rest = ''] = /^\s*([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (word === 'FROM') {
      const [, base = '', name = ''] = /^(\S+)(?:\s+AS\s+(\S+))?$/.exec(rest) ?? [];
      stages.push({ name, base, instructions: [] });
    } else (stages.at(-1)?.instructions ?? before).push({ word, text: rest });
  }
  return { before, stages };
}

/** The list in JSON that `ENTRYPOINT`, `CMD` and a health check's `CMD` are written as. */
export function execForm(text: string): string[] {
  const list: unknown = JSON.parse(text.slice(text.indexOf('[')));
  if (!Array.isArray(list) || !list.every((part) => typeof part === 'string')) throw new Error(`not a list: ${text}`);
  return list as string[];
}
