import { createRestProcess } from '@shardgate/rest';
import { runRole, setting, tell } from './role.ts';

/** The REST process: the only one that holds Discord's REST limits. */
runRole(async () => {
  const rest = createRestProcess({
    token: setting('DISCORD_TOKEN'),
    secretKey: setting('REST_AUTHORIZATION'),
    discordUrl: setting('DISCORD_API_URL'),
    port: 0,
  });
  const { url } = await rest.start(rest);
  tell({ type: 'listening', url });
  return { stop: () => rest.stop(rest) };
});
