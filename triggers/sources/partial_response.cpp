#include "triggers/sources/partial_response.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace lambent::triggers {
namespace {

PartialResponse whole_batch() {
    PartialResponse response;
    response.whole_failed = true;
    return response;
}

bool is_of(const Batch& batch, const std::string& id) {
    return std::any_of(batch.items.begin(), batch.items.end(), [&](const BatchItem& item) {
        return item.id == id;
    });
}

PartialResponse read_failures(const nlohmann::json& failures, const Batch& batch) {
    if (!failures.is_array()) {
        return whole_batch();
    }
    PartialResponse response;
    for (const nlohmann::json& failure : failures) {
        const auto id = failure.is_object() ? failure.find("itemIdentifier") : failure.end();
        if (!failure.is_object() || id == failure.end() || !id->is_string()) {
            return whole_batch();
        }
        const auto& text = id->get_ref<const std::string&>();
        if (!is_of(batch, text)) {
            return whole_batch();
        }
        response.failed_ids.insert(text);
    }
    return response;
}

}  // namespace

PartialResponse PartialResponse::read(std::string_view document, const Batch& batch) {
    if (document.empty()) {
        return {};
    }
    const auto parsed = nlohmann::json::parse(document, nullptr, false);
    if (parsed.is_null()) {
        return {};
    }
    if (!parsed.is_object()) {
        return whole_batch();
    }
    const auto failures = parsed.find("batchItemFailures");
    if (failures == parsed.end() || failures->is_null()) {
        return {};
    }
    return read_failures(*failures, batch);
}

std::vector<std::string> handles_done(
    const Batch& batch, const PartialResponse& response, BatchOrder order
) {
    std::vector<std::string> handles;
    if (response.whole_failed) {
        return handles;
    }
    std::set<std::string> stopped;  // groups
    for (const BatchItem& item : batch.items) {
        const bool failed = response.failed_ids.contains(item.id);
        if (failed) {
            stopped.insert(item.group_id);
        }
        const bool kept = order == BatchOrder::kByGroup ? stopped.contains(item.group_id) : failed;
        if (!kept) {
            handles.push_back(item.receipt_handle);
        }
    }
    return handles;
}

}  // namespace lambent::triggers
