#include "api/events/events_errors.h"
#include "api/events/events_fields.h"
#include "api/wire/json.h"
#include "base/ids.h"
#include "triggers/patterns/event_pattern.h"

#include <cmath>
#include <utility>

namespace lambent::api::events {
namespace {

constexpr std::size_t kEntriesMax = 10;
constexpr std::size_t kBytesMax = 1ULL << 20;  // of all entries of a request

// What becomes of one entry of PutEvents: an event, or the reason why not.
struct Entry {
    triggers::Event event;
    std::string error_code;
    std::string error_message;

    bool is_refused() const { return !error_code.empty(); }
    void refuse(std::string code, std::string message) {
        error_code = std::move(code);
        error_message = std::move(message);
    }
    void miss(const std::string& member) {
        refuse(
            "InvalidArgument",
            "Parameter " + member + " is not valid. Reason: " + member + " is a required argument."
        );
    }
};

// As EventBridge counts: a time is 14 bytes, everything else its UTF-8.
std::size_t size_of(const triggers::Event& event, bool has_time) {
    constexpr std::size_t kTimeBytes = 14;
    std::size_t bytes = has_time ? kTimeBytes : 0;
    bytes += event.source.size() + event.detail_type.size() + event.detail.size();
    for (const std::string& resource : event.resources) {
        bytes += resource.size();
    }
    return bytes;
}

void judge(Entry& entry) {
    const triggers::Event& event = entry.event;
    if (event.source.empty()) {
        entry.miss("Source");
    } else if (event.detail_type.empty()) {
        entry.miss("DetailType");
    } else if (event.detail.empty()) {
        entry.miss("Detail");
    } else if (event.source.starts_with("aws.")) {
        entry.refuse("NotAuthorizedForSourceException", "Not authorized for the source.");
    } else {
        const auto detail = parse_json(event.detail);
        if (detail.has_error() || !detail->is_object()) {
            entry.refuse("MalformedDetail", "Detail is malformed.");
        }
    }
}

Entry read_entry(JsonFields& fields, const Call& call, std::size_t& bytes) {
    Entry entry;
    triggers::Event& event = entry.event;
    event.id = random_uuid();
    event.bus = read_bus(fields, "EventBusName");
    event.trace_header = call.trace_header;
    event.source = fields.text("Source").value_or("");
    event.detail_type = fields.text("DetailType").value_or("");
    event.detail = fields.text("Detail").value_or("");
    event.resources = fields.texts("Resources").value_or(std::vector<std::string>());
    const auto seconds = fields.decimal("Time");
    event.time_ms = seconds ? static_cast<std::int64_t>(std::llround(*seconds * 1'000))
                            : unix_ms(call.clock.wall_now());
    bytes += size_of(event, seconds.has_value());
    judge(entry);
    return entry;
}

Answer<std::vector<Entry>> read_entries(const Call& call) {
    const auto listed = call.body.find("Entries");
    if (listed == call.body.end() || !listed->is_array()) {
        Constraints constraints;
        constraints.must_not_be_null("entries");
        return validation_failed(constraints.message());
    }
    if (listed->empty() || listed->size() > kEntriesMax) {
        return validation_failed(
            "1 validation error detected: Value '[PutEventsRequestEntry]' at 'entries' failed to "
            "satisfy constraint: Member must have length " +
            std::string(listed->empty() ? "greater than or equal to 1" : "less than or equal to 10")
        );
    }
    std::string fault;
    std::size_t bytes = 0;
    std::vector<Entry> entries;
    for (const nlohmann::json& one : *listed) {
        JsonFields fields(one, fault);
        entries.push_back(read_entry(fields, call, bytes));
    }
    if (const auto wrong = request_fault(fault, Constraints())) {
        return *wrong;
    }
    if (bytes > kBytesMax) {
        return validation_failed("Total size of the entries in the request is over the limit.");
    }
    return entries;
}

nlohmann::json entry_json(const Entry& entry) {
    nlohmann::json json = nlohmann::json::object();
    if (entry.is_refused()) {
        json["ErrorCode"] = entry.error_code;
        json["ErrorMessage"] = entry.error_message;
    } else {
        json["EventId"] = entry.event.id;
    }
    return json;
}

AwsError bad_event(const std::string& reason) {
    return validation_failed("Parameter Event is not valid. Reason: " + reason);
}

// What an event must have to be tested with a pattern.
std::optional<AwsError> event_fault(const nlohmann::json& event) {
    for (const char* member :
         {"id", "detail-type", "source", "account", "time", "region", "resources"}) {
        if (!event.contains(member)) {
            return bad_event(std::string(member) + " is a required argument.");
        }
    }
    return std::nullopt;
}

}  // namespace

Served put_events(Call call) {
    LAMBENT_CO_TRY(const std::vector<Entry> entries, read_entries(call));
    std::vector<triggers::Event> events;
    for (const Entry& entry : entries) {
        if (!entry.is_refused()) {
            events.push_back(entry.event);
        }
    }
    const std::size_t accepted = events.size();
    const auto put = co_await call.buses.put_events(std::move(events));
    if (put.has_error()) {
        co_return from_error(put.error());
    }
    nlohmann::json answer = nlohmann::json::object();
    answer["FailedEntryCount"] = entries.size() - accepted;
    for (const Entry& entry : entries) {
        answer["Entries"].push_back(entry_json(entry));
    }
    co_return answer;
}

Served test_event_pattern(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    Constraints constraints;
    const std::string text = read_required(fields, constraints, "EventPattern", "eventPattern");
    const std::string given = read_required(fields, constraints, "Event", "event");
    if (const auto wrong = request_fault(fault, constraints)) {
        co_return *wrong;
    }
    const auto pattern = triggers::EventPattern::parse(text);
    if (pattern.has_error()) {
        co_return from_error(pattern.error());
    }
    const auto event = parse_json(given);
    if (event.has_error() || !event->is_object()) {
        co_return bad_event("It is not a JSON object.");
    }
    if (const auto wrong = event_fault(event.value())) {
        co_return *wrong;
    }
    nlohmann::json answer = nlohmann::json::object();
    answer["Result"] = pattern->matches(event.value());
    co_return answer;
}

}  // namespace lambent::api::events
