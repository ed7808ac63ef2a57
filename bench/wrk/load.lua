-- What wrk asks, and what it tells in the end, as one line of JSON.
--   METHOD PATH...   the paths take turns; POST and PATCH carry a body, another one each time
local method, paths, asked = "GET", {}, 0

function init(args)
   method = args[1]
   for i = 2, #args do paths[#paths + 1] = args[i] end
   wrk.headers["Content-Type"] = "application/json"
end

function request()
   asked = asked + 1
   local body = nil
   if method == "POST" then
      body = string.format('{"title": "Walk the dog", "order": %d}', asked % 1000)
   elseif method == "PATCH" then
      body = string.format('{"order": %d}', asked % 1000)
   end
   return wrk.format(method, paths[asked % #paths + 1], nil, body)
end

function done(summary, latency)
   local e = summary.errors
   -- Times come in microseconds, and leave in seconds and milliseconds.
   io.write(string.format(
      '\n{"requests": %d, "seconds": %.3f, "p50_ms": %.3f, "p99_ms": %.3f, "refused": %d, "broken": %d}\n',
      summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
      e.status, e.connect + e.read + e.write + e.timeout))
end
