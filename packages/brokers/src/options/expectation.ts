import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** What was expected, as the message of a wrong option ends: `expected a whole number of 1 or more`. */
export function inWords(issue: Issue): string {
  // A shape's own words.
  if (issue.message.startsWith('expected ')) return issue.message;
  switch (issue.code) {
    case 'too_small':
      return `expected ${issue.minimum}${unitOf(issue.origin)} or more`;
    case 'too_big':
      return `expected ${issue.maximum}${unitOf(issue.origin)} at most`;
    case 'invalid_type':
      return `expected ${TYPES[issue.expected] ?? issue.expected}`;
    case 'invalid_union':
      return [...new Set(issue.errors.map((branch) => branch.map(wordsOfBranch).join(', ')))].join(' or ');
    default:
      return issue.message;
  }
}

function wordsOfBranch(issue: Issue): string {
  const name = issue.path.map(String).join('.');
  return name === '' ? inWords(issue) : `'${name}': ${inWords(issue)}`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'an object',
};

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
}
