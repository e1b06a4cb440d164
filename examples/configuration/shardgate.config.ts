// Every setting there is, with its default. Take away what you do not change: an empty file is one, too.
// Made by `shardgate config example`. What the settings mean in full: docs/configuration.md.
import { defineConfiguration } from 'shardgate';

export default defineConfiguration({
  // Take the settings of another gateway over, by the names they have there. SHARDGATE_PROFILE
  profile: 'none',
  // Bot token, with or without `Bot `. DISCORD_TOKEN
  token: { env: 'DISCORD_TOKEN' },
  // Base of Discord's REST API, without version. A simulator or proxy in tests. DISCORD_API_URL
  apiUrl: 'https://discord.com/api',
  // What Discord sends: names of intents, their bit set, or `default`, which is all that need no permission (not
  // GuildMembers, GuildPresences, MessageContent). SHARDGATE_INTENTS
  intents: 'default',
  presence: {
    // Status that new sessions show. SHARDGATE_PRESENCE_STATUS
    status: 'online',
    // What the bot does: objects of name and type (0 playing, 1 streaming, 2 listening, 3 watching, 4 custom, 5
    // competing), and perhaps state and url. SHARDGATE_PRESENCE_ACTIVITIES
    activities: [],
  },
  // Members above which Discord leaves offline ones out of GUILD_CREATE. Without it: Discord's 50.
  // SHARDGATE_LARGE_THRESHOLD
  largeThreshold: null,
  shards: {
    // Shards of the whole bot, those of other processes included. `auto` takes Discord's recommendation.
    // SHARDGATE_SHARDS_TOTAL
    total: 'auto',
    // First shard of this process. SHARDGATE_SHARDS_FIRST
    first: 0,
    // Last shard of this process, itself included. Without it: the last there is. SHARDGATE_SHARDS_LAST
    last: null,
    // Identify buckets, Discord's max_concurrency. `auto` takes what Discord says. SHARDGATE_SHARDS_CONCURRENCY
    concurrency: 'auto',
    // Least time between two identifies of one bucket. Below 5,100 Discord would refuse, so less is taken as 5,100.
    // In milliseconds. SHARDGATE_SHARDS_SPAWN_DELAY_MS
    spawnDelayMs: 5250,
    // Encoding of the gateway connection. SHARDGATE_SHARDS_ENCODING
    encoding: 'json',
    // Compression of what Discord sends. `payload` goes with `json` only; `zstd-stream` is cheapest on Node.js
    // 22.15 or later. SHARDGATE_SHARDS_COMPRESSION
    compression: 'zlib-stream',
    // Continue stored sessions at start. SHARDGATE_SHARDS_RESUME
    resume: true,
    // Connections opened over all shards, at most. SHARDGATE_SHARDS_CONNECTS_PER_SECOND
    connectsPerSecond: 100,
    // Identifies of the day that are never spent. Without it: the larger of 50 and 10 % of the day’s.
    // SHARDGATE_SHARDS_IDENTIFY_RESERVE
    identifyReserve: null,
  },
  workers: {
    // Workers that hold the shards, each its even share. With 0 the main thread holds them all.
    // SHARDGATE_WORKERS_COUNT
    count: 0,
    // `thread` costs least; of `process` only one is lost with whatever takes a whole process down.
    // SHARDGATE_WORKERS_ISOLATION
    isolation: 'thread',
    // JavaScript objects of one worker; one that needs more is replaced, and its shards resume. Without it: Node's
    // own limit. SHARDGATE_WORKERS_MAX_MEMORY_MB
    maxMemoryMb: null,
    // Silence after which a worker is taken for hung and replaced. In milliseconds. SHARDGATE_WORKERS_HANG_AFTER_MS
    hangAfterMs: 1000,
    // ES module of yours that runs in each worker and may change what its shards do. Without it: none.
    // SHARDGATE_WORKERS_MODULE
    module: null,
  },
  reshard: {
    // Bring the bot to more shards by itself when they fill up; only where this process has all of them.
    // SHARDGATE_RESHARD_AUTOMATIC
    automatic: true,
    // Fill of the shards at which that happens; a shard can hold 2,500 guilds. SHARDGATE_RESHARD_PERCENTAGE
    percentage: 80,
    // From one look at the fill to the next. In milliseconds. SHARDGATE_RESHARD_CHECK_INTERVAL_MS
    checkIntervalMs: 28_800_000,
  },
  filters: {
    // A GUILD_CREATE that is no join is called GUILD_LOADED_DD, so that GUILD_CREATE means “the bot joined”.
    // SHARDGATE_FILTERS_LOADED_GUILDS
    loadedGuilds: true,
    // A GUILD_DELETE or GUILD_CREATE that only says “unavailable” is held back, so that GUILD_DELETE means “the bot
    // left”. SHARDGATE_FILTERS_UNAVAILABLE_GUILDS
    unavailableGuilds: true,
    // A MESSAGE_UPDATE that only brings the previews of links is held back. SHARDGATE_FILTERS_EDITED_MESSAGES
    editedMessages: true,
  },
  events: {
    // The only events that consumers get; without a cache all others are dropped unread. Without it: all.
    // SHARDGATE_EVENTS_WHITELIST
    whitelist: null,
    // Events that no consumer gets, even where the whitelist has them. SHARDGATE_EVENTS_IGNORE
    ignore: [],
  },
  rest: {
    // Address of a REST process, through which all calls go. Without it: Discord directly. SHARDGATE_REST_URL
    url: null,
    // The key of that process. Without it: none. SHARDGATE_REST_SECRET_KEY
    secretKey: null,
  },
  // Folder of the state: journal, sessions, count of identifies. Made when missing, for the owner alone.
  // SHARDGATE_FOLDER
  folder: '.shardgate',
  journal: {
    // Keep what no consumer has acknowledged on disk. Without it only memory does, and a full memory halts the
    // shards. SHARDGATE_JOURNAL_ENABLED
    enabled: true,
    // Bound of all segments together. In bytes. SHARDGATE_JOURNAL_MAX_BYTES
    maxBytes: 4_294_967_296,
    // Bound of the age of what waits. In milliseconds. Without it: none. SHARDGATE_JOURNAL_MAX_AGE_MS
    maxAgeMs: null,
    // What a full journal does: halt the shards, or drop events, which consumers are told as a gap.
    // SHARDGATE_JOURNAL_OVERFLOW
    overflow: 'pause',
    // Events unacknowledged for longer than this go to the journal. 0: all of them, at once. In milliseconds.
    // SHARDGATE_JOURNAL_AFTER_MS
    afterMs: 250,
    // `sync` waits for the disk, `os` for the operating system alone: a power cut may then lose events, a crash of
    // the process not. SHARDGATE_JOURNAL_DURABILITY
    durability: 'sync',
  },
  // Where events go; each has a type and a name. SHARDGATE_SINKS
  sinks: [
    {
      type: 'websocket',
      name: 'events',
      required: true,
      events: null,
      ignoreEvents: [],
      host: '127.0.0.1',
      port: 7900,
      path: '/',
      // secretKey: { env: 'EVENTS_KEY' },
      allowedHosts: [],
      allowedOrigins: [],
      // maxClients: 64,
      // ackTimeoutMs: 30_000,
      // pingIntervalMs: 15_000,
      // silenceTimeoutMs: 45_000,
      // maxMessageBytes: 65_536,
    },
    // {
    //   type: 'unix',
    //   name: 'unix',
    //   required: true,
    //   events: null,
    //   ignoreEvents: [],
    //   path: '/run/shardgate/events.sock',
    //   secretKey: { env: 'EVENTS_KEY' },
    //   maxClients: 64,
    //   ackTimeoutMs: 30_000,
    //   pingIntervalMs: 15_000,
    //   silenceTimeoutMs: 45_000,
    //   maxMessageBytes: 65_536,
    // },
    // {
    //   type: 'http',
    //   name: 'http',
    //   required: true,
    //   events: null,
    //   ignoreEvents: [],
    //   url: 'http://127.0.0.1:8080/events',
    //   // urls: ['http://127.0.0.1:8080/events', 'http://127.0.0.1:8081/events'],
    //   secretKey: { env: 'EVENTS_KEY' },
    //   signingKey: { env: 'SIGNING_KEY' },
    //   format: 'event',
    //   gaps: false,
    //   timeoutMs: 30_000,
    //   connections: 64,
    // },
    // {
    //   type: 'assyst',
    //   name: 'assyst',
    //   required: true,
    //   events: null,
    //   ignoreEvents: [],
    //   path: '/tmp/assyst2-gateway-com',
    // },
    // {
    //   type: 'stdout',
    //   name: 'stdout',
    //   required: true,
    //   events: null,
    //   ignoreEvents: [],
    // },
    // {
    //   type: 'amqp',
    //   name: 'amqp',
    //   required: true,
    //   events: null,
    //   ignoreEvents: [],
    //   url: { env: 'RABBITMQ_URL' },
    //   exchange: 'gateway',
    //   queue: 'gateway.recv',
    //   queueType: 'classic',
    //   heartbeatSeconds: 10,
    //   confirmTimeoutMs: 30_000,
    //   maxUnconfirmed: 10_000,
    // },
    // {
    //   type: 'redisList',
    //   name: 'redisList',
    //   required: true,
    //   events: null,
    //   ignoreEvents: [],
    //   url: { env: 'REDIS_URL' },
    //   prefix: 'gateway:events:',
    //   profile: 'tatsu',
    //   encoding: 'json',
    //   etfVersionByte: false,
    //   envelope: false,
    //   maxLength: 1_000_000,
    //   whenFull: 'pause',
    //   timeoutMs: 10_000,
    // },
    // {
    //   type: 'redisStream',
    //   name: 'redisStream',
    //   required: true,
    //   events: null,
    //   ignoreEvents: [],
    //   url: { env: 'REDIS_URL' },
    //   profile: 'shardgate',
    //   prefix: 'shardgate:',
    //   maxLength: 1_000_000,
    //   // maxAgeMs: 3_600_000,
    //   timeoutMs: 10_000,
    // },
    // {
    //   type: 'jetstream',
    //   name: 'jetstream',
    //   required: true,
    //   events: null,
    //   ignoreEvents: [],
    //   url: { env: 'NATS_URL' },
    //   prefix: 'discord',
    //   body: 'event',
    //   timeoutMs: 10_000,
    //   stream: 'DISCORD',
    //   storage: 'file',
    //   replicas: 1,
    //   maxBytes: 1_073_741_824,
    //   // maxAgeMs: 86_400_000,
    //   whenFull: 'pause',
    //   retention: 'limits',
    //   duplicateWindowMs: 600_000,
    // },
    // {
    //   type: 'nats',
    //   name: 'nats',
    //   required: true,
    //   events: null,
    //   ignoreEvents: [],
    //   url: { env: 'NATS_URL' },
    //   prefix: 'discord',
    //   body: 'event',
    //   timeoutMs: 10_000,
    // },
    // {
    //   type: 'grpc',
    //   name: 'grpc',
    //   required: true,
    //   events: null,
    //   ignoreEvents: [],
    //   host: '127.0.0.1',
    //   port: 50_051,
    //   secretKey: { env: 'EVENTS_KEY' },
    //   maxConsumers: 64,
    //   keepaliveMs: 20_000,
    //   management: true,
    // },
    // {
    //   type: 'grpcPush',
    //   name: 'grpcPush',
    //   required: true,
    //   events: null,
    //   ignoreEvents: [],
    //   address: '127.0.0.1:4362',
    //   secretKey: { env: 'EVENTS_KEY' },
    //   method: 'gateway.Queue/Push',
    //   prefix: 'gateway:events:',
    //   profile: 'tatsu',
    //   encoding: 'json',
    //   envelope: false,
    //   callsPerShard: 1,
    //   timeoutMs: 5_000,
    // },
    // {
    //   type: 'kafka',
    //   name: 'kafka',
    //   required: true,
    //   events: null,
    //   ignoreEvents: [],
    //   servers: ['127.0.0.1:9092'],
    //   topic: 'discord',
    //   body: 'event',
    //   tls: false,
    //   // password: { env: 'EVENTS_KEY' },
    //   timeoutMs: 10_000,
    // },
  ],
  delivery: {
    window: {
      // Events that one lane has under way. SHARDGATE_DELIVERY_WINDOW_EVENTS
      events: 1024,
      // Bytes that one lane has under way. In bytes. SHARDGATE_DELIVERY_WINDOW_BYTES
      bytes: 4_194_304,
    },
    batch: {
      // Events of one batch, at most. SHARDGATE_DELIVERY_BATCH_EVENTS
      events: 256,
      // Bytes of one batch, at most. In bytes. SHARDGATE_DELIVERY_BATCH_BYTES
      bytes: 262_144,
    },
    // Least time from one look at new events to the next. 0: after each tick. In milliseconds.
    // SHARDGATE_DELIVERY_GATHER_MS
    gatherMs: 5,
    // Bytes of events in memory over all shards; beyond it the oldest are only in the journal. In bytes.
    // SHARDGATE_DELIVERY_MAX_MEMORY_BYTES
    maxMemoryBytes: 16_777_216,
    // Time in which a batch must be acknowledged, before it is sent again. In milliseconds.
    // SHARDGATE_DELIVERY_ACK_TIMEOUT_MS
    ackTimeoutMs: 30_000,
    // How often an event that is refused alone is tried before it becomes a dead letter.
    // SHARDGATE_DELIVERY_MAX_DELIVERIES
    maxDeliveries: 20,
  },
  deadLetters: {
    // File of the events that a consumer refused; relative to the state folder. SHARDGATE_DEAD_LETTERS_PATH
    path: 'dead-letters.jsonl',
  },
  commands: {
    // What clients may ask for: `events` shards and their state, `commands` that and sending to Discord, `admin`
    // also reconnects. SHARDGATE_COMMANDS_ROLES
    roles: ['events', 'commands'],
    // Commands of one client that may wait, over all shards. SHARDGATE_COMMANDS_MAX_QUEUED_PER_CLIENT
    maxQueuedPerClient: 1000,
    // Commands of all clients that may wait. SHARDGATE_COMMANDS_MAX_QUEUED
    maxQueued: 10_000,
    // Member requests of all clients that may wait for their answer. SHARDGATE_COMMANDS_MAX_MEMBER_REQUESTS
    maxMemberRequests: 1000,
    // Time without a chunk after which a member request fails. In milliseconds. SHARDGATE_COMMANDS_CHUNK_TIMEOUT_MS
    chunkTimeoutMs: 30_000,
    http: {
      // Take commands over HTTP as well; needs a key. SHARDGATE_COMMANDS_HTTP_ENABLED
      enabled: false,
      // Address to listen on. SHARDGATE_COMMANDS_HTTP_HOST
      host: '127.0.0.1',
      // Port to listen on; 0 takes a free one. SHARDGATE_COMMANDS_HTTP_PORT
      port: 7902,
      // What clients have to show. Without it: none. SHARDGATE_COMMANDS_HTTP_SECRET_KEY
      secretKey: null,
      // Host names under which clients may reach it. SHARDGATE_COMMANDS_HTTP_ALLOWED_HOSTS
      allowedHosts: [],
    },
    grpc: {
      // Serve commands and tatsu's management calls by gRPC, on a port of their own.
      // SHARDGATE_COMMANDS_GRPC_ENABLED
      enabled: false,
      // Address to listen on; any other than loopback needs a key, or a `clientCaFile`.
      // SHARDGATE_COMMANDS_GRPC_HOST
      host: '127.0.0.1',
      // Port to listen on; 0 takes a free one. SHARDGATE_COMMANDS_GRPC_PORT
      port: 50_052,
      // What clients have to show, as `authorization: Bearer <key>`. Without it: none.
      // SHARDGATE_COMMANDS_GRPC_SECRET_KEY
      secretKey: null,
      // File of the certificate and those above it, PEM; read at the start. Without it: none: without TLS.
      // SHARDGATE_COMMANDS_GRPC_CERT_FILE
      certFile: null,
      // File of its private key, PEM. Without it: none. SHARDGATE_COMMANDS_GRPC_KEY_FILE
      keyFile: null,
      // File of the authority that clients need a certificate of, PEM. Without it: clients need none.
      // SHARDGATE_COMMANDS_GRPC_CLIENT_CA_FILE
      clientCaFile: null,
    },
  },
  interactions: {
    // Defer interactions through REST while no consumer answers, so that users see “thinking…”.
    // SHARDGATE_INTERACTIONS_DEFER
    defer: false,
    // Deferred answers are for the user only. SHARDGATE_INTERACTIONS_EPHEMERAL
    ephemeral: true,
    // Time without an acknowledgement after which an interaction is deferred. Discord waits three seconds in all.
    // In milliseconds. SHARDGATE_INTERACTIONS_ANSWER_AFTER_MS
    answerAfterMs: 1500,
    // Age at which an interaction is no longer handed over; consumers are told a gap. In milliseconds.
    // SHARDGATE_INTERACTIONS_MAX_AGE_MS
    maxAgeMs: 900_000,
  },
  state: {
    // Keep a cache of Discord's objects, and give events the object before them as `old`. SHARDGATE_STATE_ENABLED
    enabled: false,
    // Where the cache is kept, the same in each; each has a type. The first one answers, and tells `old`.
    // SHARDGATE_STATE_STORES
    stores: [
      {
        type: 'memory',
        // name: 'memory',
        path: 'state.txt',
      },
      // {
      //   type: 'lmdb',
      //   name: 'lmdb',
      //   path: 'state',
      // },
      // {
      //   type: 'redis',
      //   name: 'redis',
      //   url: { env: 'REDIS_URL' },
      //   channelKeys: 'flat',
      //   nativeExpiry: false,
      //   informationKeys: true,
      // },
      // {
      //   type: 'postgres',
      //   name: 'postgres',
      //   url: { env: 'POSTGRES_URL' },
      //   schema: 'public',
      //   readConnections: 2,
      // },
    ],
    kinds: {
      // Keep guilds. SHARDGATE_STATE_KINDS_GUILD
      guild: true,
      // Keep channels. SHARDGATE_STATE_KINDS_CHANNEL
      channel: true,
      // Keep threads. SHARDGATE_STATE_KINDS_THREAD
      thread: true,
      // Keep roles. SHARDGATE_STATE_KINDS_ROLE
      role: true,
      // Keep emojis. SHARDGATE_STATE_KINDS_EMOJI
      emoji: true,
      // Keep stickers. SHARDGATE_STATE_KINDS_STICKER
      sticker: true,
      // Keep members; `own`: the bot's own alone. SHARDGATE_STATE_KINDS_MEMBER
      member: true,
      // Keep presences. SHARDGATE_STATE_KINDS_PRESENCE
      presence: false,
      // Keep voice states. SHARDGATE_STATE_KINDS_VOICE_STATE
      voiceState: true,
      // Keep messages. SHARDGATE_STATE_KINDS_MESSAGE
      message: false,
      // Keep stage instances. SHARDGATE_STATE_KINDS_STAGE_INSTANCE
      stageInstance: true,
      // Keep scheduled events. SHARDGATE_STATE_KINDS_SCHEDULED_EVENT
      scheduledEvent: true,
      // Keep soundboard sounds. SHARDGATE_STATE_KINDS_SOUNDBOARD_SOUND
      soundboardSound: true,
      // Keep the bot's own user. SHARDGATE_STATE_KINDS_USER
      user: true,
    },
    fields: {
      // Fields that are kept of guilds: some, or all but some. Without it: all. SHARDGATE_STATE_FIELDS_GUILD
      guild: null,
      // Fields that are kept of channels: some, or all but some. Without it: all. SHARDGATE_STATE_FIELDS_CHANNEL
      channel: null,
      // Fields that are kept of threads: some, or all but some. Without it: all. SHARDGATE_STATE_FIELDS_THREAD
      thread: null,
      // Fields that are kept of roles: some, or all but some. Without it: all. SHARDGATE_STATE_FIELDS_ROLE
      role: null,
      // Fields that are kept of emojis: some, or all but some. Without it: all. SHARDGATE_STATE_FIELDS_EMOJI
      emoji: null,
      // Fields that are kept of stickers: some, or all but some. Without it: all. SHARDGATE_STATE_FIELDS_STICKER
      sticker: null,
      // Fields that are kept of members: some, or all but some. Without it: all. SHARDGATE_STATE_FIELDS_MEMBER
      member: null,
      // Fields that are kept of presences: some, or all but some. Without it: all. SHARDGATE_STATE_FIELDS_PRESENCE
      presence: null,
      // Fields that are kept of voice states: some, or all but some. Without it: all.
      // SHARDGATE_STATE_FIELDS_VOICE_STATE
      voiceState: null,
      // Fields that are kept of messages: some, or all but some. Without it: all. SHARDGATE_STATE_FIELDS_MESSAGE
      message: null,
      // Fields that are kept of stage instances: some, or all but some. Without it: all.
      // SHARDGATE_STATE_FIELDS_STAGE_INSTANCE
      stageInstance: null,
      // Fields that are kept of scheduled events: some, or all but some. Without it: all.
      // SHARDGATE_STATE_FIELDS_SCHEDULED_EVENT
      scheduledEvent: null,
      // Fields that are kept of soundboard sounds: some, or all but some. Without it: all.
      // SHARDGATE_STATE_FIELDS_SOUNDBOARD_SOUND
      soundboardSound: null,
      // Fields that are kept of the bot's own user: some, or all but some. Without it: all.
      // SHARDGATE_STATE_FIELDS_USER
      user: null,
    },
    // Give events the object before them; `guilds`: only those of a guild itself, such as GUILD_CREATE.
    // SHARDGATE_STATE_OLD
    old: true,
    ttlMs: {
      // Life of guilds after the last change. In milliseconds. Without it: it stays. SHARDGATE_STATE_TTL_MS_GUILD
      guild: null,
      // Life of channels after the last change. In milliseconds. Without it: it stays.
      // SHARDGATE_STATE_TTL_MS_CHANNEL
      channel: null,
      // Life of threads after the last change. In milliseconds. Without it: it stays. SHARDGATE_STATE_TTL_MS_THREAD
      thread: null,
      // Life of roles after the last change. In milliseconds. Without it: it stays. SHARDGATE_STATE_TTL_MS_ROLE
      role: null,
      // Life of emojis after the last change. In milliseconds. Without it: it stays. SHARDGATE_STATE_TTL_MS_EMOJI
      emoji: null,
      // Life of stickers after the last change. In milliseconds. Without it: it stays.
      // SHARDGATE_STATE_TTL_MS_STICKER
      sticker: null,
      // Life of members after the last change. In milliseconds. Without it: it stays. SHARDGATE_STATE_TTL_MS_MEMBER
      member: null,
      // Life of presences after the last change. In milliseconds. Without it: it stays.
      // SHARDGATE_STATE_TTL_MS_PRESENCE
      presence: null,
      // Life of voice states after the last change. In milliseconds. Without it: it stays.
      // SHARDGATE_STATE_TTL_MS_VOICE_STATE
      voiceState: null,
      // Life of messages after the last change. In milliseconds. Without it: it stays.
      // SHARDGATE_STATE_TTL_MS_MESSAGE
      message: null,
      // Life of stage instances after the last change. In milliseconds. Without it: it stays.
      // SHARDGATE_STATE_TTL_MS_STAGE_INSTANCE
      stageInstance: null,
      // Life of scheduled events after the last change. In milliseconds. Without it: it stays.
      // SHARDGATE_STATE_TTL_MS_SCHEDULED_EVENT
      scheduledEvent: null,
      // Life of soundboard sounds after the last change. In milliseconds. Without it: it stays.
      // SHARDGATE_STATE_TTL_MS_SOUNDBOARD_SOUND
      soundboardSound: null,
      // Life of the bot's own user after the last change. In milliseconds. Without it: it stays.
      // SHARDGATE_STATE_TTL_MS_USER
      user: null,
    },
    // Messages that are kept of a channel. SHARDGATE_STATE_MESSAGES_PER_CHANNEL
    messagesPerChannel: 100,
    // How long an event waits for Redis or PostgreSQL to have it; then it goes on, and the store is stale. In
    // milliseconds. SHARDGATE_STATE_WAIT_MS
    waitMs: 250,
    // Changes that wait for a Redis or PostgreSQL that is away; with more it is written anew when it is back.
    // SHARDGATE_STATE_MAX_QUEUED_OPERATIONS
    maxQueuedOperations: 100_000,
    api: {
      // Serve the cache over HTTP. SHARDGATE_STATE_API_ENABLED
      enabled: false,
      // Address to listen on; any other than loopback needs a key. SHARDGATE_STATE_API_HOST
      host: '127.0.0.1',
      // Port to listen on; 0 takes a free one. SHARDGATE_STATE_API_PORT
      port: 7903,
      // What clients have to show. Without it: none. SHARDGATE_STATE_API_SECRET_KEY
      secretKey: null,
      // Whether clients may change the cache. SHARDGATE_STATE_API_ALLOW_WRITES
      allowWrites: false,
    },
  },
  admin: {
    // Serve the admin API, the dashboard and the metrics. SHARDGATE_ADMIN_ENABLED
    enabled: true,
    // Address to listen on; any other than loopback needs a key. SHARDGATE_ADMIN_HOST
    host: '127.0.0.1',
    // Port to listen on; 0 takes a free one. SHARDGATE_ADMIN_PORT
    port: 7901,
    // What callers have to show. Without it: none. SHARDGATE_ADMIN_SECRET_KEY
    secretKey: null,
    // Host names under which it may be reached, beside its own. SHARDGATE_ADMIN_ALLOWED_HOSTS
    allowedHosts: [],
  },
  metrics: {
    // Names of the metrics: ours, or twilight-dispatch’s beside them. SHARDGATE_METRICS_PROFILE
    profile: 'shardgate',
    // Address of the extra listener. SHARDGATE_METRICS_HOST
    host: '127.0.0.1',
    // Port of an extra listener that serves the metrics alone, without a key. Without it: no extra listener.
    // SHARDGATE_METRICS_PORT
    port: null,
  },
  log: {
    // Least important line that is written. SHARDGATE_LOG_LEVEL
    level: 'info',
    // `json` has one object a line, `pretty` is for people, `auto` is pretty on a terminal. SHARDGATE_LOG_FORMAT
    format: 'auto',
  },
  tracing: {
    // Start OpenTelemetry spans for connections and reshards; needs the package `@opentelemetry/api` and an SDK
    // that Node.js loads first (`--import`). SHARDGATE_TRACING_ENABLED
    enabled: false,
  },
  statusMessages: {
    // Webhook that tells of shards that come and go. Without it: none. SHARDGATE_STATUS_MESSAGES_WEBHOOK_URL
    webhookUrl: null,
    // Channel for the same; the bot must be allowed to write there. Either this or the webhook. Without it: none.
    // SHARDGATE_STATUS_MESSAGES_CHANNEL_ID
    channelId: null,
    // Channel that tells of guilds that are joined and left. Without it: none. SHARDGATE_STATUS_MESSAGES_GUILDS
    guilds: null,
    // What happens within this time makes one message. In milliseconds. SHARDGATE_STATUS_MESSAGES_INTERVAL_MS
    intervalMs: 5000,
  },
  // Time in which a stop is done: draining, checkpoints, closing. A second signal is immediate. In milliseconds.
  // SHARDGATE_STOP_DEADLINE_MS
  stopDeadlineMs: 20_000,
});
