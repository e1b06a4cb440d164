import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerControl } from '../src/doors/control-api.ts';
import { createSimulator, FAULT_KINDS } from '../src/index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('the README', () => {
  it('names every kind of fault', () => {
    expect(FAULT_KINDS.filter((kind) => !readme.includes(`\`${kind}\``))).toEqual([]);
  });

  it('names every request of the control API', () => {
    const unknown = { method: 'GET', path: '/none', query: new URLSearchParams(), contentType: '', body: '' };
    const { known } = JSON.parse(answerControl(createSimulator(), unknown).body) as { known: string[] };
    expect(known.filter((route) => !readme.includes(`\`${route}`))).toEqual([]);
  });
});
