-- Sends the requests of a file, one per line. Modes:
--   read    a path
--   cached  a path, a tab, the tag that the caller has
--   create  a path, a tab, a body with NUMBER where it has to differ; every request has a fresh Idempotency-Key
--   change  the path of a record, a tab, its tag; a record is changed again once its reply has brought the new tag
local mode, key, tag
local lines, position, number = {}, 0, 0
local waiting, first, last = {}, 1, 0 -- records that may be changed now, in a queue
local headers = {}
local threads = {}
sent = 0

function setup(thread)
  table.insert(threads, thread)
end
function init(arguments)
  mode, key, tag = arguments[1], arguments[3], arguments[4]
  headers["Authorization"] = "Bearer " .. key
  headers["Accept"] = "application/json"
  for line in io.lines(arguments[2]) do
    table.insert(lines, line)
  end
  if mode ~= "change" then
    for index, line in ipairs(lines) do
      local path, rest = line:match("^([^\t]*)\t?(.*)$")
      lines[index] = { path, rest }
    end
    if mode == "read" then
      for index, line in ipairs(lines) do
        lines[index] = wrk.format("GET", line[1], headers)
      end
    end
    response = nil -- wrk counts refusals itself, and is quicker when it does not keep the bodies
  else
    for _, line in ipairs(lines) do
      local path, rest = line:match("^([^\t]*)\t(.*)$")
      last = last + 1
      waiting[last] = { path, rest }
    end
  end
end

local function fresh()
  number = number + 1
  return tag .. "-" .. number
end

function request()
  sent = sent + 1
  if mode == "change" then
    local record = waiting[first]
    waiting[first] = nil
    first = first + 1
    headers["If-Match"] = record[2]
    headers["Content-Type"] = "application/merge-patch+json"
    return wrk.format("PATCH", record[1], headers, '{"community": "People of ' .. fresh() .. '"}')
  end
  position = position % #lines + 1
  local line = lines[position]
  if mode == "read" then
    return line
  elseif mode == "cached" then
    headers["If-None-Match"] = line[2]
    return wrk.format("GET", line[1], headers)
  end
  headers["Idempotency-Key"] = fresh()
  headers["Content-Type"] = "application/json"
  return wrk.format("POST", line[1], headers, (line[2]:gsub("NUMBER", headers["Idempotency-Key"])))
end

function response(status, received, body)
  local id = body:match('/v1/organizations/([0-9a-f-]*)"')
  for name, value in pairs(received) do
    if id and name:lower() == "etag" then
      last = last + 1
      waiting[last] = { "/v1/organizations/" .. id, value }
    end
  end
end

function done(summary, latency, _)
  local errors, all = summary.errors, 0
  for _, thread in ipairs(threads) do
    all = all + thread:get("sent") - 1 -- wrk makes one to look at it
  end
  io.write(string.format(
    '{"sent": %d, "requests": %d, "seconds": %f, "errors": %d, "p50": %f, "p99": %f}\n',
    all, summary.requests, summary.duration / 1e6,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000
  ))
end
