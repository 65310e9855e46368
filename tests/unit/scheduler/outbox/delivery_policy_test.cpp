#include "scheduler/outbox/delivery_policy.h"

#include "scheduler/outbox/dead_letter.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent;
using namespace lambent::scheduler;
using namespace std::chrono_literals;

namespace {

FailedDelivery failed_once() {
    FailedDelivery failed;
    failed.code = Code::kUnavailable;
    failed.attempts = 1;
    failed.accepted_ms = 1'000;
    failed.now_ms = 5'000;
    failed.retries_max = 185;
    failed.age_ms_max = 86'400'000;
    failed.jitter = 1;
    return failed;
}

}  // namespace

TEST_CASE("The wait before redelivery doubles up to ten minutes", "[scheduler][delivery_policy]") {
    CHECK(wait_before_redelivery(1, 1) == 1s);
    CHECK(wait_before_redelivery(2, 1) == 2s);
    CHECK(wait_before_redelivery(10, 1) == 512s);
    CHECK(wait_before_redelivery(11, 1) == 600s);
    CHECK(wait_before_redelivery(4'000'000'000, 1) == 600s);
}

TEST_CASE(
    "The wait before redelivery is spread over its second half", "[scheduler][delivery_policy]"
) {
    CHECK(wait_before_redelivery(3, 0) == 2s);
    CHECK(wait_before_redelivery(3, 0.5) == 3s);
    CHECK(wait_before_redelivery(0, 0) == 500ms);
}

TEST_CASE("185 redeliveries fill 24 hours", "[scheduler][delivery_policy]") {
    std::chrono::milliseconds whole{0};
    for (std::uint32_t attempt = 1; attempt <= 185; ++attempt) {
        whole += wait_before_redelivery(attempt, 0.5);
    }
    CHECK(whole > 20h);
    CHECK(whole < 24h);
}

TEST_CASE("A delivery that may succeed later is tried again", "[scheduler][delivery_policy]") {
    FailedDelivery failed = failed_once();
    for (const Code code :
         {Code::kThrottled, Code::kUnavailable, Code::kDeadline, Code::kInternal}) {
        failed.code = code;
        const DeliveryDecision decision = decide_delivery(failed);
        CHECK(decision.verdict == DeliveryVerdict::kRetry);
        CHECK(decision.due_ms == 6'000);
    }
}

TEST_CASE("A delivery that can never succeed is given up", "[scheduler][delivery_policy]") {
    FailedDelivery failed = failed_once();
    for (const Code code :
         {Code::kNotFound,
          Code::kUnauthorised,
          Code::kInvalidArgument,
          Code::kTooLarge,
          Code::kConflict,
          Code::kCorrupted}) {
        failed.code = code;
        CHECK(decide_delivery(failed).verdict == DeliveryVerdict::kRefused);
    }
}

TEST_CASE("A delivery ends with its last retry", "[scheduler][delivery_policy]") {
    FailedDelivery failed = failed_once();
    failed.retries_max = 2;
    failed.attempts = 2;
    CHECK(decide_delivery(failed).verdict == DeliveryVerdict::kRetry);
    failed.attempts = 3;
    CHECK(decide_delivery(failed).verdict == DeliveryVerdict::kRetriesExhausted);
}

TEST_CASE("A delivery ends when the message is too old", "[scheduler][delivery_policy]") {
    FailedDelivery failed = failed_once();
    failed.age_ms_max = 5'001;  // it would be 5,000 ms old
    CHECK(decide_delivery(failed).verdict == DeliveryVerdict::kRetry);
    failed.age_ms_max = 5'000;
    CHECK(decide_delivery(failed).verdict == DeliveryVerdict::kTooOld);
}

TEST_CASE("A dead letter has no more attributes than its queue takes", "[scheduler][dead_letter]") {
    DeliveryRules rules;
    for (int each = 0; each < 8; ++each) {
        rules.dead_letter_attributes["own-" + std::to_string(each)] = "kept";
    }
    const TargetMessage message;
    const Error error(Code::kUnavailable, "down");
    const TargetMessage dead =
        dead_letter_of(message, rules, error, DeliveryVerdict::kRetriesExhausted, 4).message;
    CHECK(dead.attributes.size() == 10);
    CHECK(dead.attributes.contains("own-7"));
    CHECK(dead.attributes.contains("ERROR_CODE"));
    rules.dead_letter_attributes.clear();
    CHECK(
        dead_letter_of(message, rules, error, DeliveryVerdict::kRetriesExhausted, 4)
            .message.attributes.at("RETRY_ATTEMPTS") == "3"
    );
}

TEST_CASE("Dead letters name errors as EventBridge does", "[scheduler][delivery_policy]") {
    CHECK(dead_letter_error_code(Code::kNotFound) == "NO_RESOURCE");
    CHECK(dead_letter_error_code(Code::kUnauthorised) == "NO_PERMISSIONS");
    CHECK(dead_letter_error_code(Code::kThrottled) == "THROTTLING");
    CHECK(dead_letter_error_code(Code::kInvalidArgument) == "INVALID_PARAMETER");
    CHECK(dead_letter_error_code(Code::kCorrupted) == "INTERNAL_ERROR");
    CHECK(exhausted_condition(DeliveryVerdict::kRefused).empty());
    CHECK(exhausted_condition(DeliveryVerdict::kTooOld) == "MaximumEventAgeInSeconds");
}
