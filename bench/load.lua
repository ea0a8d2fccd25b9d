-- wrk -s load.lua URL -- AUTHORIZATION PATH BODIES once|again [SAVE]
--
-- POSTs the lines of the file BODIES to PATH. "again": from the start when they are used up. "once": no more requests
-- then. With SAVE, the session tokens in the answers are appended to that file, one a line.
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

local requests, next_request, again, save, calls = {}, 1, true, nil, 0

function init(arguments)
  local authorization, path, bodies, order, save_to = unpack(arguments, 1)
  local headers = { ["Authorization"] = authorization, ["Content-Type"] = "application/json" }
  local line_number = 0
  for line in io.lines(bodies) do
    -- wrk runs two threads; each takes every other line.
    if line_number % 2 == number then
      table.insert(requests, wrk.format("POST", path, headers, line))
    end
    line_number = line_number + 1
  end
  again = order == "again"
  save = save_to and io.open(save_to .. "." .. number, "w")
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
  if calls == 2 then -- wrk asks for the first one only to look at it
    first_at = string.format("%.6f", now())
  end
  return text
end

function response(status, _, body)
  last_at = string.format("%.6f", now())
  if status == 200 then
    answered = answered + 1
    if save then
      local token = body:match('"session_token":"([^"]+)"')
      if token then
        save:write(token, "\n")
      end
    end
  else
    refused = refused + 1
    if refused == 1 then
      io.stderr:write(status, " ", body, "\n")
    end
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
