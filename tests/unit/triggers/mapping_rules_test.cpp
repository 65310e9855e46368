#include "triggers/sources/mapping_rules.h"

#include "triggers/sources/mapping_fsm.h"
#include "triggers/sources/message_filter.h"

#include <catch2/catch.hpp>

#include <map>
#include <string>

using namespace lambent;
using namespace lambent::triggers;
using namespace std::chrono_literals;

namespace {

std::string refusal(const MappingSettings& settings, const MappingEnds& ends = MappingEnds()) {
    const auto checked = check_settings(settings, ends);
    return checked.has_error() ? checked.error().message() : "";
}

std::string after(MappingState state, MappingEvent event, bool enabled = true) {
    const auto next = next_state(state, event, enabled);
    return next ? std::string(to_string(*next)) : "-";
}

bool passes(const std::vector<std::string>& patterns, const std::string& record) {
    return MessageFilter::parse(patterns).value().passes(record);
}

}  // namespace

TEST_CASE(
    "Mapping settings that Lambda refuses are refused in its words", "[triggers][mapping_rules]"
) {
    MappingSettings settings;
    CHECK(refusal(settings).empty());
    settings.batch_size = 11;
    CHECK(
        refusal(settings) ==
        "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater "
        "than 10"
    );
    settings.window = 1s;
    CHECK(refusal(settings).empty());
    MappingEnds fifo;
    fifo.is_fifo = true;
    CHECK(refusal(settings, fifo) == "Batching window is not supported for FIFO queues");
    settings.window = 0s;
    CHECK(refusal(settings, fifo) == "Batch size must be less than or equal to 10 for FIFO queues");
    settings.batch_size = 10;
    CHECK(refusal(settings, fifo).empty());
    MappingEnds slow;
    slow.timeout = 60s;
    CHECK(
        refusal(settings, slow) ==
        "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds"
    );
    settings.filters = {R"({"body": {"a": ["x"]}})"};
    CHECK(refusal(settings).empty());
    settings.filters = {R"({"body": "x"})"};
    CHECK(refusal(settings) == "Invalid filter pattern definition.");
    settings.filters.assign(6, R"({"body": ["x"]})");
    CHECK(refusal(settings) == "The number of filters must be less than or equal to 5");
}

TEST_CASE(
    "Messages stay invisible for as long as their batch may take", "[triggers][mapping_rules]"
) {
    MappingEnds ends;
    ends.visibility = 30s;
    ends.timeout = 20s;
    CHECK(visibility_of(0s, ends) == 30s);
    CHECK(visibility_of(10s, ends) == 30s);
    CHECK(visibility_of(11s, ends) == 61s);
    CHECK(visibility_of(300s, ends) == 350s);
}

TEST_CASE("A mapping's states follow each other as in Lambda", "[triggers][mapping_fsm]") {
    using State = MappingState;
    using Event = MappingEvent;
    struct Row {
        State state;
        const char* enable;
        const char* disable;
        const char* update;
        const char* remove;
        const char* settled;           // its owner wants it enabled
        const char* settled_disabled;  // or not
    };
    const Row table[] = {
        {State::kCreating, "-", "-", "-", "-", "Enabled", "Disabled"},
        {State::kEnabling, "-", "-", "-", "-", "Enabled", "Enabled"},
        {State::kEnabled, "Updating", "Disabling", "Updating", "Deleting", "-", "-"},
        {State::kDisabling, "-", "-", "-", "-", "Disabled", "Disabled"},
        {State::kDisabled, "Enabling", "Updating", "Updating", "Deleting", "-", "-"},
        {State::kUpdating, "-", "-", "-", "-", "Enabled", "Disabled"},
        {State::kDeleting, "-", "-", "-", "-", "-", "-"},
    };
    for (const Row& row : table) {
        INFO(to_string(row.state));
        CHECK(after(row.state, Event::kEnable) == row.enable);
        CHECK(after(row.state, Event::kDisable) == row.disable);
        CHECK(after(row.state, Event::kUpdate) == row.update);
        CHECK(after(row.state, Event::kRemove) == row.remove);
        CHECK(after(row.state, Event::kSettled) == row.settled);
        CHECK(after(row.state, Event::kSettled, false) == row.settled_disabled);
    }
}

TEST_CASE("A change keeps what it does not name", "[triggers][mapping_fsm]") {
    MappingSettings before;
    before.function = "f";
    before.batch_size = 5;
    before.filters = {"{}"};
    before.concurrency_max = 7;
    CHECK(MappingChange().applied_to(before) == before);
    MappingChange change;
    change.enabled = false;
    change.filters = std::vector<std::string>();
    change.concurrency_max = std::optional<std::uint32_t>();
    const MappingSettings changed = change.applied_to(before);
    CHECK(changed.batch_size == 5);
    CHECK(changed.filters.empty());
    CHECK_FALSE(changed.concurrency_max);
    CHECK(event_of(before, changed) == MappingEvent::kDisable);
    CHECK(event_of(changed, before) == MappingEvent::kEnable);
    CHECK(event_of(before, before) == MappingEvent::kUpdate);
}

TEST_CASE("MessageFilter looks into bodies that are JSON objects", "[triggers][MessageFilter]") {
    const std::string fields = R"({"messageId": "1", "body": "{\"kind\": \"cat\", \"size\": 5}"})";
    const std::string text = R"({"messageId": "2", "body": "cat"})";
    CHECK(passes({}, text));
    CHECK(passes({R"({"body": {"kind": ["cat"]}})"}, fields));
    CHECK_FALSE(passes({R"({"body": {"kind": ["dog"]}})"}, fields));
    CHECK(passes({R"({"body": {"size": [{"numeric": [">", 4]}]}})"}, fields));
    CHECK(passes({R"({"body": ["cat"]})"}, text));
    CHECK_FALSE(passes({R"({"body": ["dog"]})"}, text));
    CHECK(passes({R"({"messageId": ["1"]})"}, fields));
    CHECK(passes({R"({"messageId": ["2"]})"}, text));
    // One of several suffices; within one, all fields count.
    CHECK(passes({R"({"body": ["dog"]})", R"({"body": [{"prefix": "c"}]})"}, text));
    CHECK_FALSE(passes({R"({"body": ["cat"], "messageId": ["1"]})"}, text));
}

TEST_CASE(
    "MessageFilter drops a body of another format than its pattern", "[triggers][MessageFilter]"
) {
    const std::string fields = R"({"body": "{\"kind\": \"cat\"}"})";
    const std::string text = R"({"body": "cat"})";
    const std::string list = R"({"body": "[1]"})";
    CHECK_FALSE(passes({R"({"body": {"kind": [{"exists": false}]}})"}, text));
    CHECK(passes({R"({"body": {"other": [{"exists": false}]}})"}, fields));
    CHECK_FALSE(passes({R"({"body": [{"anything-but": "x"}]})"}, fields));
    CHECK(passes({R"({"body": [{"anything-but": "x"}]})"}, text));
    CHECK_FALSE(passes({R"({"body": {"kind": ["cat"]}})"}, list));
    CHECK_FALSE(passes({R"({"body": ["x"]})"}, "not JSON"));
}
