import { readFileSync } from 'node:fs';

// Token, admin and REST process are in the environment: compose.yaml. This file has what is a list.
export default {
  sinks: [
    {
      type: 'websocket',
      name: 'events',
      // Within the container; no port of the host leads there.
      host: '0.0.0.0',
      port: 7900,
      secretKey: readFileSync('/run/secrets/events_key', 'utf8').trim(),
    },
  ],
};
