import type { z } from 'zod';
import * as deliverySections from './delivery-sections.ts';
import * as discord from './discord-sections.ts';
import { intents } from './intents.ts';
import { section } from './leaf.ts';
import * as operation from './operation-sections.ts';
import { sinks } from './sinks.ts';
import { state } from './state-section.ts';
import { workers } from './workers-section.ts';

/** The whole configuration: types, checks, flags, variables, the page and the example all come from here. */
export const configurationSchema: z.ZodObject = section({
  profile: operation.profile,
  token: discord.token,
  apiUrl: discord.apiUrl,
  intents,
  presence: discord.presence,
  largeThreshold: discord.largeThreshold,
  shards: discord.shards,
  workers,
  reshard: discord.reshard,
  filters: discord.filters,
  events: discord.events,
  rest: discord.rest,
  folder: deliverySections.folder,
  journal: deliverySections.journal,
  sinks,
  delivery: deliverySections.delivery,
  deadLetters: deliverySections.deadLetters,
  commands: deliverySections.commands,
  interactions: deliverySections.interactions,
  state,
  admin: operation.admin,
  metrics: operation.metrics,
  log: operation.log,
  tracing: operation.tracing,
  statusMessages: operation.statusMessages,
  stopDeadlineMs: operation.stopDeadlineMs,
});
