import { z } from 'zod';
import type { StoreConfiguration } from '../store-configuration.ts';
import { brokerAddress, partName, type } from './part-schemas.ts';
import { flag, leaf, oneOf, section, text, wholeNumber } from './leaf.ts';

/** Without one a store is called as its type is. */
const name = leaf(partName().exactOptional(), {
  description: 'Unique among the stores; for messages and figures.',
  defaultText: 'its type',
});

const memory = section({
  type: type('memory'),
  name,
  path: leaf(text().exactOptional(), {
    description: 'File in which an orderly stop leaves everything; relative to the state folder.',
    defaultText: 'none: it ends with the process',
  }),
});

const lmdb = section({
  type: type('lmdb'),
  name,
  path: leaf(text().default('state'), {
    description: 'Folder of the file, which other processes of the machine may read; relative to the state folder.',
  }),
});

/** For addresses with TLS. */
const tls = section({
  caFile: leaf(text().exactOptional(), {
    description: 'PEM file with the authority that signed the certificate of the server; relative to the state folder.',
    defaultText: "Node's authorities",
  }),
  certFile: leaf(text().exactOptional(), {
    description: 'PEM file with the certificate to show; with `keyFile`.',
    defaultText: 'none',
  }),
  keyFile: leaf(text().exactOptional(), { description: 'PEM file with the key of that.', defaultText: 'none' }),
  serverName: leaf(text().exactOptional(), {
    description: 'Name that the certificate has to be for.',
    defaultText: "the address' host",
  }),
})
  .superRefine(({ certFile, keyFile }, context) => {
    if ((certFile === undefined) === (keyFile === undefined)) return;
    const path = [certFile === undefined ? 'certFile' : 'keyFile'];
    context.addIssue({ code: 'custom', path, message: 'expected both certFile and keyFile, or neither' });
  })
  .exactOptional();

const redis = section({
  type: type('redis'),
  name,
  url: brokerAddress(
    /^rediss?:\/\//i,
    'expected an address such as redis://:password@host:6379/0',
    'Address of the Redis, with user and password.',
  ),
  tls,
  channelKeys: leaf(oneOf('flat', 'byGuild', 'both').exactOptional(), {
    description: 'How keys of channels are named: `channel:<channel>`, with the guild in between, or both.',
    defaultText: '`flat`',
  }),
  nativeExpiry: leaf(flag().exactOptional(), {
    description: 'Objects with a time to live expire by Redis itself, in place of the hash `expiry_keys`.',
    defaultText: '`false`',
  }),
  informationKeys: leaf(z.union([flag(), z.literal('always')], "expected true, false or 'always'").default(true), {
    description:
      'Keep `gateway_sessions`, `gateway_statuses`, `gateway_started` and `gateway_shards` as well; `always`: even while `state.enabled` is false.',
  }),
});

const postgresExpected = 'expected an address such as postgres://user:password@host:5432/database';

const postgres = section({
  type: type('postgres'),
  name,
  url: brokerAddress(/^postgres(ql)?:\/\//i, postgresExpected, 'Address of the database, with user and password.'),
  tls,
  schema: leaf(text().exactOptional(), {
    description: "PostgreSQL's schema with the tables; made if need be.",
    defaultText: '`public`',
  }),
  readConnections: leaf(wholeNumber(1, 100).exactOptional(), {
    description: 'Connections for reading, besides the one that writes.',
    unit: 'connections',
    defaultText: '2',
  }),
});

/** What each type of store may have, in the order of the page. */
export const storeTypes: Readonly<Record<StoreConfiguration['type'], z.ZodObject>> = { memory, lmdb, redis, postgres };

const types = Object.keys(storeTypes)
  .map((one) => `'${one}'`)
  .join(', ');

const one = z.discriminatedUnion('type', [memory, lmdb, redis, postgres], {
  error: ({ input }) =>
    typeof input === 'object' ? `expected a type of store: ${types}` : 'expected an object with a type',
});

export const stores = leaf(
  z
    .array(one, 'expected a list of stores')
    .min(1, 'expected one store or more')
    .superRefine((given, context) => {
      const names = given.map((store) => store.name ?? store.type);
      names.forEach((own, index) => {
        if (names.indexOf(own) === index) return;
        context.addIssue({ code: 'custom', path: [index, 'name'], message: 'expected a name that no other store has' });
      });
    })
    .prefault([{ type: 'memory', path: 'state.txt' }]),
  {
    description: 'Where the cache is kept, the same in each; each has a type. The first one answers, and tells `old`.',
    defaultText: 'memory, with the file `state.txt`',
  },
) as z.ZodType as z.ZodPrefault<z.ZodType<readonly StoreConfiguration[]>>;
