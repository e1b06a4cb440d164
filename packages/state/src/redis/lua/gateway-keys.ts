/**
 * Lua that writes one process' part of the information keys and makes the union of all living processes. Arguments: process, milliseconds after which a silent process is dead, when it started,
 * shard count, `1` to leave for good, then for each shard its id, session and status as JSON texts. Gives how many processes live.
 */
export const GATEWAY_KEYS: string = String.raw`
local call = redis.call
local PROCESSES, SESSIONS, STATUSES = 'shardgate:gateway_processes', 'shardgate:gateway_sessions', 'shardgate:gateway_statuses'
local own, deadAfter, started, count, leaves = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5] == '1'
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function pairsOf(hash)
  local flat, at = call('HGETALL', hash), -1
  return function()
    at = at + 2
    return flat[at], flat[at + 1]
  end
end

-- What twilight-dispatch left is not to be lost before its shards are started.
if call('EXISTS', SESSIONS) == 0 and call('GET', 'gateway_shards') == count then
  local ok, sessions = pcall(cjson.decode, call('GET', 'gateway_sessions') or '{}')
  if ok and type(sessions) == 'table' then
    for shard, session in pairs(sessions) do
      if type(session) == 'table' and type(session.session_id) == 'string' and session.session_id ~= '' then
        local text = '{"session_id":' .. cjson.encode(session.session_id) .. ',"sequence":' .. string.format('%d', tonumber(session.sequence) or 0)
        if type(session.resume_url) == 'string' then text = text .. ',"resume_url":' .. cjson.encode(session.resume_url) end
        call('HSET', SESSIONS, count .. '/' .. shard, text .. '}')
      end
    end
  end
end

-- Times are all of one form, so the first of them as text is the earliest.
if leaves then call('HDEL', PROCESSES, own) else call('HSET', PROCESSES, own, string.format('%d', now) .. ' ' .. count .. ' ' .. started) end
local living, counts, lives, earliest = {}, {[count] = true}, 0, nil
for process, value in pairsOf(PROCESSES) do
  local seen, of, since = string.match(value, '^(%d+) (%d+) (.*)$')
  if seen == nil or now - tonumber(seen) > deadAfter then
    call('HDEL', PROCESSES, process)
  else
    living[process], counts[of], lives = true, true, lives + 1
    if earliest == nil or since < earliest then earliest = since end
  end
end

-- A shard that another process runs is that one's to tell of, unless it is connected here.
local taken = {}
for shard, value in pairsOf(STATUSES) do
  local process = string.match(value, '^%S+')
  if not living[process] or process == own then call('HDEL', STATUSES, shard) else taken[shard] = true end
end
for i = 6, #ARGV, 3 do
  local field, session, status = count .. '/' .. ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if not taken[field] or (not leaves and string.find(status, '"status":"Connected"', 1, true)) then
    call('HSET', SESSIONS, field, session)
    if not leaves then call('HSET', STATUSES, field, own .. ' ' .. status) end
  end
end

local function union(hash, text)
  local rows = {}
  for field, value in pairsOf(hash) do
    local of, shard = string.match(field, '^(%d+)/(%d+)$')
    if of == count then
      rows[#rows + 1] = {tonumber(shard), text(shard, value)}
    elseif not counts[of] then
      call('HDEL', hash, field)
    end
  end
  table.sort(rows, function(one, other) return one[1] < other[1] end)
  for i, row in ipairs(rows) do rows[i] = row[2] end
  return table.concat(rows, ',')
end

call('SET', 'gateway_shards', count)
if earliest then call('SET', 'gateway_started', '"' .. earliest .. '"') end
call('SET', 'gateway_sessions', '{' .. union(SESSIONS, function(shard, value) return '"' .. shard .. '":' .. value end) .. '}')
call('SET', 'gateway_statuses', '[' .. union(STATUSES, function(_, value) return string.match(value, '^%S+ (.*)$') end) .. ']')
return lives
`;
