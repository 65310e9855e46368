#include "triggers/objects/lifecycle_rules.h"

#include <catch2/catch.hpp>

#include <chrono>
#include <limits>
#include <string>
#include <vector>

using namespace lambent;
using namespace lambent::triggers;

namespace {

const WallTime kStart = from_unix_ms(1'767'225'600'000);  // 2026-01-01, midnight

WallTime days(int count, int hours = 0) {
    return kStart + std::chrono::hours(24 * count + hours);
}

ObjectInfo version(const std::string& key, WallTime modified, const std::string& id) {
    ObjectInfo object;
    object.bucket = "b";
    object.key = key;
    object.modified = modified;
    object.version = id;
    object.size = 10;
    return object;
}

ObjectInfo marker(const std::string& key, WallTime modified, const std::string& id) {
    ObjectInfo object = version(key, modified, id);
    object.entry = EntryKind::kDeleteMarker;
    return object;
}

// "key" or "key@version" of what goes; the versions are in the order of a listing.
std::vector<std::string> expired(
    const LifecycleRule& rule, const std::vector<ObjectInfo>& versions, WallTime now
) {
    const std::vector<LifecycleRule> rules{rule};
    LifecycleScan scan(rules, now);
    std::string key;
    for (const ObjectInfo& object : versions) {
        scan.see({object, object.key == key ? Standing::kOlder : Standing::kLatest});
        key = object.key;
    }
    std::vector<std::string> names;
    for (const auto& one : scan.take(LifecycleScan::More::kEnd)) {
        names.push_back(one.path.key + (one.path.version.empty() ? "" : "@" + one.path.version));
    }
    return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("Days end at the next midnight", "[triggers][lifecycle]") {
    CHECK(days_end(kStart, 1) == days(1));
    CHECK(days_end(days(0, 1), 1) == days(2));
    CHECK(days_end(days(0, 23), 0) == days(1));
}

TEST_CASE("Days that go beyond what clocks count never end", "[triggers][lifecycle]") {
    constexpr int kMost = std::numeric_limits<int>::max();
    for (const int count : {86'000, 100'000, 1'000'000, kMost}) {
        INFO(count);
        CHECK(days_end(kStart, count) > days(80'000));
    }
    LifecycleRule rule;
    rule.days = 100'000;
    rule.noncurrent_days = kMost;
    const std::vector<ObjectInfo> all{version("a", days(1), "2"), version("a", days(0), "1")};
    CHECK(expired(rule, all, days(2)).empty());
}

TEST_CASE("A rule expires what it is about and nothing else", "[triggers][lifecycle]") {
    LifecycleRule rule;
    rule.days = 2;
    rule.filter.prefix = "tmp/";
    const std::vector<ObjectInfo> all{
        version("a", days(0), "1"),
        version("tmp/a", days(0, 1), "2"),
        version("tmp/b", days(2), "3")};
    CHECK(expired(rule, all, days(2, 23)).empty());
    CHECK(expired(rule, all, days(3)) == Names{"tmp/a"});
    CHECK(expired(rule, all, days(4)) == Names{"tmp/a", "tmp/b"});
    rule.filter.tags = {{"k", "v"}};
    CHECK(expired(rule, all, days(9)).empty());
    std::vector<ObjectInfo> tagged = all;
    tagged[2].tags = {{"k", "v"}, {"l", ""}};
    CHECK(expired(rule, tagged, days(9)) == Names{"tmp/b"});
    rule.filter.size_above = 10;
    CHECK(expired(rule, tagged, days(9)).empty());
    rule.filter.size_above = 9;
    rule.filter.size_below = 11;
    CHECK(expired(rule, tagged, days(9)) == Names{"tmp/b"});
    rule.state = LifecycleState::kDisabled;
    CHECK(expired(rule, tagged, days(9)).empty());
}

TEST_CASE("A date expires all at once", "[triggers][lifecycle]") {
    LifecycleRule rule;
    rule.date = days(5);
    const std::vector<ObjectInfo> all{version("a", days(4, 23), "1")};
    CHECK(expired(rule, all, days(4, 23)).empty());
    CHECK(expired(rule, all, days(5)) == Names{"a"});
}

TEST_CASE("Older versions age from when they were replaced", "[triggers][lifecycle]") {
    LifecycleRule rule;
    rule.noncurrent_days = 1;
    const std::vector<ObjectInfo> all{
        version("a", days(9), "4"),
        version("a", days(6), "3"),
        version("a", days(3), "2"),
        marker("a", days(1), "1")};
    CHECK(expired(rule, all, days(6, 23)) == Names{"a@1"});
    CHECK(expired(rule, all, days(7)) == Names{"a@2", "a@1"});
    CHECK(expired(rule, all, days(10)) == Names{"a@3", "a@2", "a@1"});
    rule.noncurrent_kept = 2;
    CHECK(expired(rule, all, days(10)) == Names{"a@1"});
}

TEST_CASE("A marker that hides nothing goes when the rule says so", "[triggers][lifecycle]") {
    LifecycleRule rule;
    rule.lone_markers = LoneMarkers::kGo;
    const std::vector<ObjectInfo> all{
        marker("a", days(0), "1"),
        marker("b", days(0), "3"),
        version("b", days(0), "2"),
        marker("c", days(0), "4")};
    CHECK(expired(rule, all, days(0)) == Names{"a@1", "c@4"});
    rule.lone_markers = LoneMarkers::kStay;
    rule.days = 3;
    CHECK(expired(rule, all, days(2)).empty());
    CHECK(expired(rule, all, days(3)) == Names{"a@1", "c@4"});
}

TEST_CASE("Uploads that were never completed are aborted", "[triggers][lifecycle]") {
    LifecycleRule rule;
    rule.abort_days = 2;
    rule.filter.prefix = "in/";
    CHECK_FALSE(upload_expires({rule}, "in/a", days(0, 1), days(2)));
    CHECK(upload_expires({rule}, "in/a", days(0, 1), days(3)));
    CHECK_FALSE(upload_expires({rule}, "out/a", days(0, 1), days(3)));
}

TEST_CASE("Lifecycle rules come back from their text", "[triggers][lifecycle]") {
    LifecycleRule rule;
    rule.id = "r";
    rule.filter.prefix = "\xC3\xA9";
    rule.filter.tags = {{"a", "b"}};
    rule.filter.size_below = 7;
    rule.date = days(3);
    rule.noncurrent_days = 4;
    rule.noncurrent_kept = 5;
    rule.abort_days = 6;
    const auto back = decode_lifecycle(encode_lifecycle({rule, LifecycleRule()}));
    REQUIRE(back.size() == 2);
    CHECK(back[0].id == "r");
    CHECK(back[0].filter.prefix == rule.filter.prefix);
    CHECK(back[0].filter.tags == rule.filter.tags);
    CHECK(back[0].filter.size_below == rule.filter.size_below);
    CHECK_FALSE(back[0].filter.size_above);
    CHECK(back[0].date == rule.date);
    CHECK_FALSE(back[0].days);
    CHECK(back[0].noncurrent_days == 4);
    CHECK(back[0].noncurrent_kept == 5);
    CHECK(back[0].abort_days == 6);
}
