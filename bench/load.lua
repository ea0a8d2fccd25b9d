-- wrk -s load.lua URL -- AUTHORIZATION REQUESTS once|again [SAVE FIELD…]
--
-- Sends the requests of the file REQUESTS; a line has method, path and body, with tabs between them. "again": from the
-- start when they are used up. "once": no more requests then, and each of wrk's two threads says "finished". With SAVE,
-- these fields of each answer are written to that file, with tabs between them, by each thread to one of its own.
-- Prints one JSON object with what was measured.

local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds; long nanoseconds; } bench_time;
  int clock_gettime(int clock, bench_time *at);
]]

local function now()
  local at = ffi.new("bench_time")
  ffi.C.clock_gettime(1, at) -- CLOCK_MONOTONIC
  return tonumber(at.seconds) + tonumber(at.nanoseconds) / 1e9
end

local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

-- What done() reads of each thread; times as text, because numbers are handed over as integers.
answered, refused, first_at, last_at = 0, 0, "", ""

local requests, next_request, again, save, patterns, calls = {}, 1, true, nil, {}, 0

function init(arguments)
  local authorization, file, order, save_to = unpack(arguments, 1, 4)
  local headers = { ["Authorization"] = authorization, ["Content-Type"] = "application/json" }
  local line_number = 0
  for line in io.lines(file) do
    -- wrk runs two threads; each takes every other line.
    if line_number % 2 == number then
      local method, path, body = line:match("^(%S+)\t(%S+)\t(.*)$")
      table.insert(requests, wrk.format(method, path, headers, body ~= "" and body or nil))
    end
    line_number = line_number + 1
  end
  again = order == "again"
  save = save_to and io.open(save_to .. "." .. number, "w")
  for index = 5, #arguments do
    table.insert(patterns, '"' .. arguments[index] .. '":"([^"]+)"')
  end
  if again then
    response = nil -- without it wrk need not look at the answers
  end
end

function request()
  local text = requests[next_request]
  if text then
    next_request = next_request + 1
  elseif again then
    text, next_request = requests[1], 2
  else
    return "" -- the connection stays silent from here
  end
  calls = calls + 1
  if calls == 2 then -- wrk asks the first thread for one that it only looks at
    first_at = string.format("%.6f", now())
  end
  return text
end

local function keep(body)
  local fields = {}
  for index, pattern in ipairs(patterns) do
    fields[index] = body:match(pattern)
  end
  if #fields == #patterns then
    save:write(table.concat(fields, "\t"), "\n")
  end
end

function response(status, _, body)
  last_at = string.format("%.6f", now())
  if status >= 200 and status < 300 then
    answered = answered + 1
    if save then
      keep(body)
    end
  else
    refused = refused + 1
    if refused == 1 then
      io.stderr:write(status, " ", body, "\n")
    end
  end
  local sent = number == 0 and #requests - 1 or #requests
  if answered + refused == sent then
    if save then
      save:close()
    end
    io.stdout:write("finished\n")
    io.stdout:flush()
  end
end

function done(summary, latency)
  local errors = summary.errors
  local count, seconds = summary.requests, summary.duration / 1e6
  local once_count, first, last = 0, nil, nil
  for _, thread in ipairs(threads) do
    once_count = once_count + thread:get("answered")
    local from, to = tonumber(thread:get("first_at")), tonumber(thread:get("last_at"))
    if from and to then
      first = first and math.min(first, from) or from
      last = last and math.max(last, to) or to
    end
  end
  if last then
    count, seconds = once_count, last - first
  end
  print(string.format(
    '{"requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, "errors": %d}', count, seconds,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
