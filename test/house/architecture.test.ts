import { describe, expect, it } from 'vitest';
import { read, sourceFiles } from './repository.ts';

/** The file lines of docs/architecture.md: in a `text` block whose first line is a folder, each further line is a file and what it is. */
function describedFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const [, block = ''] of read('docs/architecture.md').matchAll(/^```text\n(packages\/[\s\S]*?)^```$/gm)) {
    const [folder = '', ...lines] = block.trimEnd().split('\n');
    for (const line of lines) {
      const [, path = '', description = ''] = /^ {2}(\S+)\s+(.*)$/.exec(line) ?? [];
      if (files.has(folder + path)) throw new Error(`docs/architecture.md names ${folder}${path} twice`);
      files.set(folder + path, description);
    }
  }
  return files;
}

describe('docs/architecture.md', () => {
  it('names every source file, and no file that is not there', () => {
    expect([...describedFiles().keys()].sort()).toEqual(sourceFiles());
  });

  it('says of each file what it is', () => {
    expect([...describedFiles()].filter(([, description]) => description.length < 12)).toEqual([]);
  });
});
