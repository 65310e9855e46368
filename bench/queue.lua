-- wrk against SQS: "send" sends one message again and again, with the headers given behind it (a
-- signature holds for one body); "cycle" sends, receives and deletes, unsigned.
local threads = {}
local mode, url

function setup(thread)
    table.insert(threads, thread)
end

function init(args)
    mode, url = args[1], args[2]
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/x-amz-json-1.0"
    wrk.headers["X-Amz-Target"] = "AmazonSQS.SendMessage"
    wrk.body = args[3]
    for i = 4, #args do
        local name, value = args[i]:match("^([^:]+):%s*(.*)$")
        wrk.headers[name] = value
    end
    deleted, handles, turn = 0, {}, 0
    if mode == "cycle" then
        request, response = next_of_cycle, take_handle
    end
end

local function ask(operation, body)
    wrk.headers["X-Amz-Target"] = "AmazonSQS." .. operation
    return wrk.format("POST", "/", wrk.headers, body)
end

function next_of_cycle()
    local handle = table.remove(handles)
    if handle then
        deleted = deleted + 1
        return ask("DeleteMessage", '{"QueueUrl":"' .. url .. '","ReceiptHandle":"' .. handle .. '"}')
    end
    turn = turn + 1
    if turn % 2 == 1 then
        return ask("SendMessage", wrk.body)
    end
    return ask("ReceiveMessage", '{"QueueUrl":"' .. url .. '"}')
end

function take_handle(status, headers, body)
    local handle = body:match('"ReceiptHandle":"([^"]+)"')
    if handle then
        table.insert(handles, handle)
    end
end

function done(summary, latency)
    local e, all = summary.errors, 0
    for _, thread in ipairs(threads) do
        all = all + (thread:get("deleted") or 0)
    end
    local seconds = summary.duration / 1e6
    io.write(string.format(
        'RESULT {"p50":%d,"p90":%d,"p99":%d,"requests":%d,"rps":%.1f,"cycles":%.1f,"errors":%d}\n',
        latency:percentile(50), latency:percentile(90), latency:percentile(99),
        summary.requests, summary.requests / seconds, all / seconds,
        e.connect + e.read + e.write + e.status + e.timeout))
end
