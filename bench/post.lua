-- wrk: POST a small JSON document with the headers given after "--"; print one line of JSON.
function init(args)
    wrk.method = "POST"
    wrk.body = '{"name":"bench"}'
    for _, line in ipairs(args) do
        local name, value = line:match("^([^:]+):%s*(.*)$")
        wrk.headers[name] = value
    end
end

function done(summary, latency)
    local e = summary.errors
    io.write(string.format(
        'RESULT {"p50":%d,"p90":%d,"p99":%d,"rps":%.1f,"errors":%d}\n',
        latency:percentile(50), latency:percentile(90), latency:percentile(99),
        summary.requests / summary.duration * 1e6,
        e.connect + e.read + e.write + e.status + e.timeout))
end
