-- wrk, one connection a thread: calls at an even pace ("pace=<ms>" between an answer and the next
-- call), the time of each answer by its status. Prints one line of JSON.
local ffi = require("ffi")
ffi.cdef [[
    typedef struct { long s; long ns; } lambent_time;
    int clock_gettime(int clock, lambent_time* time);
]]
local time = ffi.new("lambent_time")
local threads = {}

local function now_us()
    ffi.C.clock_gettime(1, time)
    return tonumber(time.s) * 1e6 + tonumber(time.ns) / 1e3
end

function setup(thread)
    table.insert(threads, thread)
end

function init(args)
    wrk.method = "POST"
    wrk.body = '{"name":"bench"}'
    pace, served, refused, others = 0, "", "", 0
    for _, line in ipairs(args) do
        local name, value = line:match("^([^:=]+)[:=]%s*(.*)$")
        if name == "pace" then pace = tonumber(value) else wrk.headers[name] = value end
    end
    plain = wrk.format()
end

-- Spread, so that the connections do not march in step.
function delay()
    return pace > 0 and math.random(0, 2 * pace) or 0
end

function request()
    began = now_us()
    return plain
end

function response(status)
    local took = string.format("%d ", now_us() - began)
    if status == 200 then
        served = served .. took
    elseif status == 429 then
        refused = refused .. took
    else
        others = others + 1
    end
end

local function percentiles(texts)
    local values = {}
    for _, text in ipairs(texts) do
        for value in text:gmatch("%d+") do values[#values + 1] = tonumber(value) end
    end
    table.sort(values)
    local at = function(share) return values[math.max(1, math.ceil(#values * share))] or 0 end
    return string.format('{"count":%d,"p50":%d,"p99":%d,"max":%d}', #values, at(0.5), at(0.99), at(1))
end

function done(summary)
    local served, refused, others = {}, {}, 0
    for _, thread in ipairs(threads) do
        table.insert(served, thread:get("served"))
        table.insert(refused, thread:get("refused"))
        others = others + thread:get("others")
    end
    local e = summary.errors
    io.write(string.format('RESULT {"seconds":%.3f,"served":%s,"refused":%s,"errors":%d}\n',
        summary.duration / 1e6, percentiles(served), percentiles(refused),
        others + e.connect + e.read + e.write + e.timeout))
end
