import { expect, it } from 'vitest';
import { brokerSinkModule, configurationModule, sinkModule } from './configuration-type-text.ts';

it('the type of a configuration is the one of its schema', async () => {
  await expect(configurationModule()).toMatchFileSnapshot('../src/configuration/configuration.ts');
  await expect(brokerSinkModule()).toMatchFileSnapshot('../src/configuration/broker-sink-configuration.ts');
  await expect(sinkModule()).toMatchFileSnapshot('../src/configuration/sink-configuration.ts');
});
