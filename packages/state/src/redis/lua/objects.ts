/**
 * Lua that writes and removes single objects with all their index sets. Kinds go by the words that key names begin with. What the layout has no place for
 * (which guild a channel is of, which channels have messages, the order in which objects expire) stands under `shardgate:`.
 */
export const OBJECTS: string = String.raw`
local call = redis.call
local OWN = 'shardgate:'
local CHUNK = 1000
-- Members and presences are many: theirs are found in the set of all keys of their guild.
local FEW = {'channel', 'thread', 'role', 'emoji', 'sticker', 'voice', 'stage', 'event', 'sound'}
local isFew = {}
for _, kind in ipairs(FEW) do isFew[kind] = true end

local at = 0
local function take() at = at + 1 return ARGV[at] end

local writer, epoch = take(), tonumber(take())
-- A connection that was given up may still bring what was sent on it.
local newest = call('GET', OWN .. 'writer:' .. writer)
local hasMark = newest and 1 or 0
if newest and tonumber(newest) > epoch then return redis.error_reply('ERR this connection was replaced by a newer one') end
local now = tonumber(take())
local layout = take()
local isNative = take() == '1'
local limit = tonumber(take())
local expiry = cjson.decode(take())
local hasExpiry = next(expiry) ~= nil or call('EXISTS', OWN .. 'expiry') == 1

-- The name under which index sets have an object.
local function keyOf(kind, g, c, id)
  if kind == 'bot_user' then return kind end
  if kind == 'guild' or kind == 'thread' then return kind .. ':' .. id end
  if kind == 'channel' then
    if layout == 'byGuild' and g ~= '' then return 'channel:' .. g .. ':' .. id end
    return 'channel:' .. id
  end
  if kind == 'message' then return 'message:' .. c .. ':' .. id end
  return kind .. ':' .. g .. ':' .. id
end

-- The other way round, as far as a key tells it: kind, guild, channel, id.
local function parse(key)
  local kind, first, second = string.match(key, '^([^:]+):([^:]*):?([^:]*)$')
  if kind == nil then return key, '', '', '' end
  if second == '' then return kind, '', '', first end
  if kind == 'message' then return kind, '', first, second end
  return kind, first, '', second
end

local function padded(id) return string.rep('0', 20 - #id) .. id end

local function guildOf(kind, g, id)
  if kind ~= 'channel' and kind ~= 'thread' then return g end
  return call('HGET', OWN .. 'channel_guilds', id) or g
end

local function read(kind, g, c, id)
  if kind == 'bot_user' then
    local known = call('GET', OWN .. 'bot_user')
    if known and known ~= id then return false end
  end
  return call('GET', keyOf(kind, guildOf(kind, g, id), c, id))
end

-- Forgets a guild of which nothing is left.
local function tidy(g)
  if g ~= '' and call('EXISTS', 'guild:' .. g, 'guild_keys:' .. g, OWN .. 'message_channels:' .. g) == 0 then
    call('SREM', OWN .. 'guilds', g)
  end
end

local function index(kind, g, c, id, key)
  if kind == 'guild' then
    call('SADD', OWN .. 'guilds', id)
    return
  end
  if kind == 'message' then
    call('SADD', 'channel_keys:' .. c, key)
    call('ZADD', OWN .. 'messages:' .. c, 0, padded(id))
    if call('HSETNX', OWN .. 'message_guilds', c, g) == 1 then
      call('SADD', OWN .. 'message_channels:' .. g, c)
      if g ~= '' then call('SADD', OWN .. 'guilds', g) end
    end
    return
  end
  if kind == 'channel' or kind == 'thread' then call('HSET', OWN .. 'channel_guilds', id, g) end
  if g ~= '' and call('SADD', 'guild_keys:' .. g, key) == 1 then call('SADD', OWN .. 'guilds', g) end
  if isFew[kind] then call('SADD', OWN .. kind .. '_keys:' .. g, key) end
end

local function remove(kind, g, c, id)
  if kind == 'bot_user' then
    if call('GET', OWN .. 'bot_user') == id then call('DEL', 'bot_user', OWN .. 'bot_user') end
    return
  end
  g = guildOf(kind, g, id)
  local key = keyOf(kind, g, c, id)
  call('DEL', key)
  if kind == 'channel' and layout == 'both' then call('DEL', 'channel:' .. g .. ':' .. id) end
  if hasExpiry then
    call('ZREM', OWN .. 'expiry', key)
    call('HDEL', 'expiry_keys', key)
  end
  if call('SREM', kind .. '_keys', key) == 0 then return end
  if kind == 'guild' then return tidy(id) end
  if kind == 'message' then
    call('SREM', 'channel_keys:' .. c, key)
    call('ZREM', OWN .. 'messages:' .. c, padded(id))
    if call('EXISTS', 'channel_keys:' .. c) == 1 then return end
    g = call('HGET', OWN .. 'message_guilds', c) or ''
    call('HDEL', OWN .. 'message_guilds', c)
    call('SREM', OWN .. 'message_channels:' .. g, c)
    return tidy(g)
  end
  if kind == 'channel' or kind == 'thread' then call('HDEL', OWN .. 'channel_guilds', id) end
  if isFew[kind] then call('SREM', OWN .. kind .. '_keys:' .. g, key) end
  if g == '' then return end
  call('SREM', 'guild_keys:' .. g, key)
  tidy(g)
end

-- The lowest ids go.
local function trim(c)
  local row = OWN .. 'messages:' .. c
  while call('ZCARD', row) > limit do
    local id = string.gsub(call('ZPOPMIN', row)[1], '^0+(.)', '%1')
    remove('message', '', c, id)
  end
end

local function write(kind, g, c, id, text)
  g = guildOf(kind, g, id)
  local key = keyOf(kind, g, c, id)
  local ttl = expiry[kind]
  if ttl and isNative then call('SET', key, text, 'PX', ttl.ms) else call('SET', key, text) end
  if kind == 'channel' and layout == 'both' and g ~= '' then call('SET', 'channel:' .. g .. ':' .. id, text) end
  if ttl then
    call('ZADD', OWN .. 'expiry', ttl.at, key)
    if not isNative then call('HSET', 'expiry_keys', key, ttl.text) end
  end
  if kind == 'bot_user' then
    call('SET', OWN .. 'bot_user', id)
    return
  end
  if call('SADD', kind .. '_keys', key) == 0 then return end
  index(kind, g, c, id, key)
  if kind == 'message' and limit then trim(c) end
end

-- Removes the values of keys and their places in the sets of their kinds; the sets of their guild or channel are the caller's.
local function drop(keys)
  for from = 1, #keys, CHUNK do
    local chunk, byKind = {}, {}
    for i = from, math.min(from + CHUNK - 1, #keys) do
      local key = keys[i]
      local kind = string.match(key, '^[^:]+')
      chunk[#chunk + 1] = key
      byKind[kind] = byKind[kind] or {}
      table.insert(byKind[kind], key)
    end
    call('UNLINK', unpack(chunk))
    for kind, some in pairs(byKind) do call('SREM', kind .. '_keys', unpack(some)) end
    if hasExpiry then
      call('ZREM', OWN .. 'expiry', unpack(chunk))
      call('HDEL', 'expiry_keys', unpack(chunk))
    end
  end
end

-- Removes what is due, some at a time.
local function sweep(most)
  for _, key in ipairs(call('ZRANGEBYSCORE', OWN .. 'expiry', '-inf', now, 'LIMIT', 0, most)) do
    local kind, g, c, id = parse(key)
    if expiry[kind] then
      if kind == 'bot_user' then id = call('GET', OWN .. 'bot_user') end
      remove(kind, g, c, id)
    end
    call('ZREM', OWN .. 'expiry', key)
    call('HDEL', 'expiry_keys', key)
  end
end
`;
