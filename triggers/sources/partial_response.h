#pragma once

#include "triggers/sources/batch.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::triggers {

// What a function says of a batch when it reports failures of single messages. Every way to get it
// wrong means that the whole batch has failed, as in Lambda: a document that is not JSON or has
// another shape, an id that is missing, null, empty, or of no message of the batch.
struct PartialResponse {
    bool whole_failed = false;
    std::set<std::string> failed_ids;

    static PartialResponse read(std::string_view document, const Batch& batch);
};

enum class BatchOrder { kFree, kByGroup };

// The receipt handles of the messages that are done and may be deleted. With kByGroup a message
// that failed keeps those behind it in its group, whatever the function says of them: the group's
// order would be lost otherwise.
std::vector<std::string> handles_done(
    const Batch& batch, const PartialResponse& response, BatchOrder order
);

}  // namespace lambent::triggers
