export { openStateReader, type InGuild, type Page, type StateReader, type StateReaderOptions } from './state-reader.ts';
export type { GuildLists, StoredGuild, StoredObjects } from './stored-objects.ts';
