#include "triggers/objects/notification_match.h"

#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <vector>

using namespace lambent::triggers;

namespace {

NotificationRule rule(
    std::vector<std::string> events, std::string prefix = "", std::string suffix = ""
) {
    static int next = 0;
    return {
        "rule" + std::to_string(++next),
        "f",
        std::move(events),
        std::move(prefix),
        std::move(suffix)};
}

std::string refusal(const std::vector<NotificationRule>& rules) {
    const auto checked = check_rules(rules);
    return checked.has_error() ? checked.error().subject() : "";
}

const std::string kCreated = "s3:ObjectCreated:*";
const std::string kPut = "s3:ObjectCreated:Put";
const std::string kRemoved = "s3:ObjectRemoved:*";

}  // namespace

TEST_CASE("A rule matches its events and filters only", "[triggers][notification_match]") {
    const NotificationRule photos = rule({kCreated}, "in/", ".jpg");
    CHECK(notification_match(photos, ObjectEventKind::kCreatedPut, "in/cat.jpg"));
    CHECK(notification_match(photos, ObjectEventKind::kCreatedCopy, "in/cat.jpg"));
    CHECK(notification_match(photos, ObjectEventKind::kCreatedMultipart, "in/cat.jpg"));
    CHECK_FALSE(notification_match(photos, ObjectEventKind::kRemovedDelete, "in/cat.jpg"));
    CHECK_FALSE(notification_match(photos, ObjectEventKind::kCreatedPut, "in/cat.JPG"));
    CHECK_FALSE(notification_match(photos, ObjectEventKind::kCreatedPut, "out/in/cat.jpg"));
    const NotificationRule put = rule({kPut});
    CHECK(notification_match(put, ObjectEventKind::kCreatedPut, "x"));
    CHECK_FALSE(notification_match(put, ObjectEventKind::kCreatedCopy, "x"));
}

TEST_CASE(
    "Rules that could match one event together are refused", "[triggers][notification_match]"
) {
    CHECK(refusal({rule({kCreated}), rule({kRemoved})}).empty());
    CHECK(refusal({rule({kCreated}), rule({kPut})}) == "rules_overlap");
    CHECK(refusal({rule({kCreated}), rule({kCreated}, "in/")}) == "rules_overlap");
    CHECK(refusal({rule({kCreated}, "in/"), rule({kCreated}, "in/")}) == "rules_overlap");
    CHECK(refusal({rule({kCreated}, "in/"), rule({kPut}, "in/big/")}) == "rules_ambiguous");
    CHECK(refusal({rule({kPut}, "", ".jpg"), rule({kPut}, "", "g")}) == "rules_ambiguous");
    CHECK(refusal({rule({kPut}, "in/", ".jpg"), rule({kPut}, "in/", ".png")}).empty());
    CHECK(refusal({rule({kPut}, "in/"), rule({kPut}, "out/")}).empty());
    CHECK(refusal({rule({kPut}, "in/"), rule({"s3:ObjectCreated:Copy"}, "in/")}).empty());
}

TEST_CASE("Unknown events and repeated ids are refused", "[triggers][notification_match]") {
    CHECK(refusal({rule({"s3:ObjectCreated:Magic"})}) == "event");
    CHECK(refusal({rule({"ObjectCreated:Put"})}) == "event");
    NotificationRule twin = rule({kRemoved});
    NotificationRule other = rule({kPut});
    other.id = twin.id;
    CHECK(refusal({twin, other}) == "rule_id");
}

TEST_CASE("Accepted rules never match one key twice", "[triggers][notification_match]") {
    std::mt19937 random(20260811);
    auto word = [&random](int most) {
        std::string text;
        for (int left = static_cast<int>(random() % static_cast<unsigned>(most + 1)); left > 0;
             --left) {
            text += random() % 2 == 0 ? 'a' : 'b';
        }
        return text;
    };
    int accepted = 0;
    for (int round = 0; round < 3000; ++round) {
        std::vector<NotificationRule> rules;
        for (int i = 0; i < 3; ++i) {
            rules.push_back(rule({random() % 2 == 0 ? kCreated : kPut}, word(2), word(2)));
        }
        if (check_rules(rules).has_error()) {
            continue;
        }
        ++accepted;
        for (int i = 0; i < 20; ++i) {
            const std::string key = word(5);
            int matches = 0;
            for (const NotificationRule& each : rules) {
                matches += notification_match(each, ObjectEventKind::kCreatedPut, key) ? 1 : 0;
            }
            REQUIRE(matches <= 1);
        }
    }
    CHECK(accepted > 10);
}
