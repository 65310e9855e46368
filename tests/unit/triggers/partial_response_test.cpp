#include "triggers/sources/partial_response.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent::triggers;

namespace {

// "a1": message 1 of group a; its handle is its id with an h before it.
Batch batch_of(const std::vector<std::string>& ids) {
    Batch batch;
    for (const std::string& id : ids) {
        BatchItem item;
        item.id = id;
        item.receipt_handle = "h" + id;
        item.group_id = id.substr(0, 1);
        batch.items.push_back(std::move(item));
    }
    return batch;
}

std::string failed(const std::string& document) {
    const auto response = PartialResponse::read(document, batch_of({"a1", "a2", "b1"}));
    std::string ids;
    for (const std::string& id : response.failed_ids) {
        ids += id;
    }
    return response.whole_failed ? "all" : ids;
}

std::string done(
    const std::vector<std::string>& ids, std::set<std::string> failures, BatchOrder order
) {
    PartialResponse response;
    response.failed_ids = std::move(failures);
    std::string handles;
    for (const std::string& handle : handles_done(batch_of(ids), response, order)) {
        handles += handle;
    }
    return handles;
}

}  // namespace

TEST_CASE("A response that reports no failure is a success", "[triggers][PartialResponse]") {
    for (const char* document :
         {"",
          "null",
          "{}",
          R"({"batchItemFailures": []})",
          R"({"batchItemFailures": null})",
          R"({"statusCode": 200})",
          R"({"batchitemfailures": [{"itemIdentifier": "a1"}]})"}) {
        INFO(document);
        CHECK(failed(document).empty());
    }
}

TEST_CASE("A response names the messages that failed", "[triggers][PartialResponse]") {
    CHECK(failed(R"({"batchItemFailures": [{"itemIdentifier": "a2"}]})") == "a2");
    CHECK(
        failed(R"({"batchItemFailures": [{"itemIdentifier": "a1"}, {"itemIdentifier": "b1"}]})") ==
        "a1b1"
    );
    CHECK(
        failed(R"({"batchItemFailures": [{"itemIdentifier": "a1"}, {"itemIdentifier": "a1"}]})") ==
        "a1"
    );
    CHECK(failed(R"({"batchItemFailures": [{"itemIdentifier": "a1", "why": 1}], "x": 2})") == "a1");
}

TEST_CASE(
    "A response that is wrong in any way fails the whole batch", "[triggers][PartialResponse]"
) {
    for (const char* document :
         {"not JSON",
          R"({"batchItemFailures": [)",
          R"("done")",
          "[]",
          "5",
          "true",
          R"({"batchItemFailures": "a1"})",
          R"({"batchItemFailures": {"itemIdentifier": "a1"}})",
          R"({"batchItemFailures": ["a1"]})",
          R"({"batchItemFailures": [null]})",
          R"({"batchItemFailures": [{}]})",
          R"({"batchItemFailures": [{"itemIdentifier": ""}]})",
          R"({"batchItemFailures": [{"itemIdentifier": null}]})",
          R"({"batchItemFailures": [{"itemIdentifier": 1}]})",
          R"({"batchItemFailures": [{"itemIdentifier": "c9"}]})",
          R"({"batchItemFailures": [{"itemidentifier": "a1"}]})",
          R"({"batchItemFailures": [{"messageId": "a1"}]})",
          R"({"batchItemFailures": [{"itemIdentifier": "a1"}, {"itemIdentifier": "c9"}]})"}) {
        INFO(document);
        CHECK(failed(document) == "all");
    }
}

TEST_CASE("What did not fail is done", "[triggers][PartialResponse]") {
    CHECK(done({"a1", "a2", "b1"}, {}, BatchOrder::kFree) == "ha1ha2hb1");
    CHECK(done({"a1", "a2", "b1"}, {"a1"}, BatchOrder::kFree) == "ha2hb1");
    PartialResponse whole;
    whole.whole_failed = true;
    CHECK(handles_done(batch_of({"a1"}), whole, BatchOrder::kFree).empty());
}

TEST_CASE("In order, a failure keeps the rest of its group", "[triggers][PartialResponse]") {
    CHECK(done({"a1", "b1", "a2", "b2", "a3"}, {"a2"}, BatchOrder::kByGroup) == "ha1hb1hb2");
    CHECK(done({"a1", "b1", "a2", "b2"}, {"a1", "b2"}, BatchOrder::kByGroup) == "hb1");
    CHECK(done({"a1", "b1"}, {}, BatchOrder::kByGroup) == "ha1hb1");
}
