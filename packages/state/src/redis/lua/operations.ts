/**
 * Lua that carries out a batch of operations, each of which begins with a letter; see `encode-operations.ts`. Gives what those replaced that tell it, in their order, and at which argument
 * to go on, and whether the writer's mark is there: a guild with very many objects is removed in several calls, so that others are not kept waiting.
 */
export const OPERATIONS: string = String.raw`
local told = {}
-- Keys that this call may still remove with their guild.
local budget = 10000
local function tell(old) told[#told + 1] = old end

-- Lists that the layout has inside the guild as well, and whether an empty one is left out there.
local INSIDE = {thread = {'"threads"', '[]'}, stage = {'"stage_instances"', ''}, sticker = {'"stickers"', ''}}

local function entries()
  local list = {}
  for i = 1, tonumber(take()) do list[i] = {take(), take()} end
  return list
end

local function keysOf(kind, g)
  if isFew[kind] then return call('SMEMBERS', OWN .. kind .. '_keys:' .. g) end
  local keys = {}
  local start = kind .. ':'
  for _, key in ipairs(call('SMEMBERS', 'guild_keys:' .. g)) do
    if sub(key, 1, #start) == start then keys[#keys + 1] = key end
  end
  return keys
end

local function clearMessages(c)
  local g = call('HGET', OWN .. 'message_guilds', c)
  if not g then return end
  drop(call('SMEMBERS', 'channel_keys:' .. c))
  call('DEL', 'channel_keys:' .. c, OWN .. 'messages:' .. c)
  call('HDEL', OWN .. 'message_guilds', c)
  call('SREM', OWN .. 'message_channels:' .. g, c)
  tidy(g)
end

-- What is in no guild: few direct messages, if any.
local function clearDirect()
  for _, kind in ipairs({'channel', 'thread'}) do
    for _, key in ipairs(keysOf(kind, '')) do
      local _, _, _, id = parse(key)
      remove(kind, '', '', id)
    end
  end
  for _, c in ipairs(call('SMEMBERS', OWN .. 'message_channels:')) do clearMessages(c) end
end

-- Gives false when there is more to remove than one call may.
local function clearGuild(g)
  for _, kind in ipairs({'channel', 'thread'}) do
    for _, key in ipairs(keysOf(kind, g)) do
      local _, _, _, id = parse(key)
      call('HDEL', OWN .. 'channel_guilds', id)
      if kind == 'channel' and layout == 'both' then call('DEL', 'channel:' .. g .. ':' .. id) end
    end
  end
  repeat
    local keys = call('SPOP', 'guild_keys:' .. g, CHUNK)
    drop(keys)
    budget = budget - #keys
    if budget < 0 then return false end
  until #keys == 0
  drop({'guild:' .. g})
  for _, kind in ipairs(FEW) do call('DEL', OWN .. kind .. '_keys:' .. g) end
  for _, c in ipairs(call('SMEMBERS', OWN .. 'message_channels:' .. g)) do clearMessages(c) end
  call('SREM', OWN .. 'guilds', g)
  return true
end

-- Ids are longer than numbers are exact: long division by 2^22, digit by digit.
local function shardOf(g, count)
  local rest, quotient = 0, 0
  for i = 1, #g do
    rest = rest * 10 + byte(g, i) - 48
    quotient = (quotient * 10 + math.floor(rest / 4194304)) % count
    rest = rest % 4194304
  end
  return quotient
end

local function setInside(kind, g, list)
  local text = INSIDE[kind] and call('GET', 'guild:' .. g)
  if not text then return end
  local name, whenEmpty = unpack(INSIDE[kind])
  local texts = {}
  for i, entry in ipairs(list) do texts[i] = entry[2] end
  local value = #texts == 0 and whenEmpty or '[' .. concat(texts, ',') .. ']'
  write('guild', '', '', g, merged(text, {name}, {[name] = value}))
end

local run = {}

function run.P()
  local kind, g, c, id, ifAbsent, tellOld, text = take(), take(), take(), take(), take() == '1', take() == '1', take()
  local old = (ifAbsent or tellOld) and read(kind, g, c, id)
  if tellOld then tell(old) end
  if not (ifAbsent and old) then write(kind, g, c, id, text) end
end

function run.M()
  local kind, g, c, id, create, tellOld = take(), take(), take(), take(), take() == '1', take() == '1'
  local text = take()
  local removed = {}
  for i = 1, tonumber(take()) do removed[i] = take() end
  local old = read(kind, g, c, id)
  if tellOld then tell(old) end
  if not old then
    if create then write(kind, g, c, id, text) end
    return
  end
  local names, fields = split(text)
  for _, name in ipairs(removed) do
    names[#names + 1] = name
    fields[name] = ''
  end
  write(kind, g, c, id, merged(old, names, fields))
end

function run.R()
  local kind, g, c, id, tellOld = take(), take(), take(), take(), take() == '1'
  if tellOld then tell(read(kind, g, c, id)) end
  remove(kind, g, c, id)
end

function run.A()
  local kind, g, tellOld = take(), take(), take() == '1'
  local olds = {}
  for _, entry in ipairs(entries()) do
    local old = tellOld and read(kind, g, '', entry[1])
    if old then olds[#olds + 1] = old end
    write(kind, g, '', entry[1], entry[2])
  end
  if tellOld then tell(olds) end
end

function run.L()
  local kind, g, tellOld = take(), take(), take() == '1'
  local parents
  local count = tonumber(take())
  if count >= 0 then parents = {} end
  for _ = 1, count do parents[take()] = true end
  local list = entries()
  local kept, olds = {}, {}
  for _, entry in ipairs(list) do kept[entry[1]] = true end
  for _, key in ipairs(keysOf(kind, g)) do
    local _, _, _, id = parse(key)
    local old = (tellOld or parents) and call('GET', key)
    if not parents or parents[old and member(old, '"parent_id"') or ''] then
      if tellOld and old then olds[#olds + 1] = old end
      if not kept[id] then remove(kind, g, '', id) end
    end
  end
  for _, entry in ipairs(list) do write(kind, g, '', entry[1], entry[2]) end
  if not parents then setInside(kind, g, list) end
  if tellOld then tell(olds) end
end

function run.G()
  local g = take()
  if g == '' then return clearDirect() end
  return clearGuild(g)
end

function run.C()
  local c, g = take(), take()
  local quoted = '"' .. c .. '"'
  clearMessages(c)
  if g == '' then return end
  for _, key in ipairs(keysOf('thread', g)) do
    local _, _, _, id = parse(key)
    local text = call('GET', key)
    if text and member(text, '"parent_id"') == quoted then
      clearMessages(id)
      remove('thread', g, '', id)
    end
  end
  for _, key in ipairs(keysOf('voice', g)) do
    local _, _, _, id = parse(key)
    local text = call('GET', key)
    if text and member(text, '"channel_id"') == quoted then remove('voice', g, '', id) end
  end
end

function run.K()
  local shard, count = tonumber(take()), tonumber(take())
  local kept = {}
  for _ = 1, tonumber(take()) do kept[take()] = true end
  for _, g in ipairs(call('SMEMBERS', OWN .. 'guilds')) do
    if not kept[g] and shardOf(g, count) == shard and not clearGuild(g) then return false end
  end
end

-- Writes keys that are in the set of their kind anew: their other sets, and the layout of their name.
function run.I()
  for _ = 1, tonumber(take()) do
    local key = take()
    local text = call('GET', key)
    local kind, g, c, id = parse(key)
    call('SREM', kind .. '_keys', key)
    if text then
      if kind == 'channel' then call('DEL', key) end
      if kind == 'channel' or kind == 'thread' or kind == 'message' then
        g = string.match(member(text, '"guild_id"') or '', '^"(%d+)"$') or g
      end
      if kind == 'channel' and g ~= '' then
        call('DEL', 'channel:' .. g .. ':' .. id)
        call('SREM', 'guild_keys:' .. g, key)
        call('SREM', OWN .. 'channel_keys:' .. g, key)
      end
      write(kind, g, c, id, text)
    end
  end
end

function run.S() sweep(tonumber(take())) end

while at < #ARGV do
  local start = at
  if run[take()]() == false then return {told, start, hasMark} end
end
return {told, at, hasMark}
`;
