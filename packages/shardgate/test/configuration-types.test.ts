import { expect, it } from 'vitest';
import { configurationModule, partModules } from './configuration-type-text.ts';

it('the type of a configuration is the one of its schema', async () => {
  await expect(configurationModule()).toMatchFileSnapshot('../src/configuration/configuration.ts');
  for (const [name, text] of partModules()) await expect(text).toMatchFileSnapshot(`../src/configuration/${name}`);
});
