import { createRequire } from 'node:module';
import { CompressionMethod } from '@discordjs/ws';
import { connectDiscordjs } from './discordjs-manager.ts';
import { Refusal, runSubject } from './subject.ts';

/** With zlib-sync, which its README names first. */
runSubject((options, onEvent) => {
  try {
    createRequire(import.meta.url)('zlib-sync');
  } catch {
    throw new Refusal('zlib-sync could not be built here');
  }
  return connectDiscordjs(options, onEvent, CompressionMethod.ZlibSync);
});
