/** Lua that changes a JSON object's text without decoding it: what it does not know stays as it is, empty lists and long numbers included. */
export const JSON_TEXT: string = String.raw`
local find, sub, byte, concat = string.find, string.sub, string.byte, table.concat

-- The place behind a string that begins at a place.
local function afterString(text, at)
  while true do
    local stop = find(text, '["\\]', at + 1)
    if byte(text, stop) == 34 then return stop + 1 end
    at = stop + 1
  end
end

-- The place behind a value that begins at a place.
local function afterValue(text, at)
  local c = byte(text, at)
  if c == 34 then return afterString(text, at) end
  if c ~= 123 and c ~= 91 then return find(text, '[,}%]%s]', at) end
  local depth = 0
  repeat
    at = find(text, '[%[%]{}"]', at)
    c = byte(text, at)
    if c == 34 then
      at = afterString(text, at)
    else
      if c == 123 or c == 91 then depth = depth + 1 else depth = depth - 1 end
      at = at + 1
    end
  until depth == 0
  return at
end

-- Names of an object's members with their quotes, in order, and the texts of their values by name.
local function split(text)
  local names, values = {}, {}
  local at = find(text, '["}]', 2)
  while byte(text, at) == 34 do
    local stop = afterString(text, at)
    local name = sub(text, at, stop - 1)
    local from = find(text, '[^%s:]', stop)
    stop = afterValue(text, from)
    if values[name] == nil then names[#names + 1] = name end
    values[name] = sub(text, from, stop - 1)
    at = find(text, '["}]', stop)
  end
  return names, values
end

-- A text that somebody else damaged counts as an object without members.
local function members(text)
  local ok, names, values = pcall(split, text)
  if ok then return names, values end
  return {}, {}
end

local function member(text, name)
  local _, values = members(text)
  return values[name]
end

-- Sets the members of another object; an empty text as a value removes one.
local function merged(text, fieldNames, fields)
  local names, values = members(text)
  for _, name in ipairs(fieldNames) do
    if values[name] == nil then names[#names + 1] = name end
    values[name] = fields[name]
  end
  local parts = {}
  for _, name in ipairs(names) do
    if values[name] ~= '' then parts[#parts + 1] = name .. ':' .. values[name] end
  end
  return '{' .. concat(parts, ',') .. '}'
end
`;
