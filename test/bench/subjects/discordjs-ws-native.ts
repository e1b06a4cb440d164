import { CompressionMethod } from '@discordjs/ws';
import { connectDiscordjs } from './discordjs-manager.ts';
import { runSubject } from './subject.ts';

/** With node:zlib, the other way its README gives, which needs no compiler. */
runSubject((options, onEvent) => connectDiscordjs(options, onEvent, CompressionMethod.ZlibNative));
