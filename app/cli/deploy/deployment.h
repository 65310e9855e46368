#pragma once

#include "app/cli/client/http_client.h"
#include "app/cli/template/sam_template.h"
#include "app/cli/terminal/progress.h"
#include "base/result.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace lambent::cli {

struct DeployRequest {
    std::filesystem::path directory;  // or the template itself
    std::map<std::string, std::string> parameters;
};

enum class DeployAction { kCreated, kUpdated, kUnchanged };
std::string_view to_string(DeployAction action);

struct DeployedFunction {
    std::string logical_id;
    FunctionSettings settings;
    std::string alias;  // by which it is reached; empty: by its name
    std::string arn;    // with the alias
    std::uint64_t code_bytes = 0;
    DeployAction action = DeployAction::kUnchanged;
    std::vector<std::string> trigger_buckets;
    std::vector<std::string> trigger_queues;  // ARNs
    std::vector<std::string> trigger_topics;  // ARNs
    std::string url;                          // empty when the template wants none
    std::vector<std::string> trigger_rules;   // schedules and patterns, as they are written

    std::string qualified_name() const {
        return alias.empty() ? settings.name : settings.name + ":" + alias;
    }
};

struct DeployedBucket {
    std::string name;
    DeployAction action = DeployAction::kUnchanged;
};

struct DeployedQueue {
    std::string name;
    DeployAction action = DeployAction::kUnchanged;
};

struct DeployedTopic {
    std::string name;
    DeployAction action = DeployAction::kUnchanged;
};

struct DeployedApi {
    std::string name;
    std::string url;  // of its stage
    DeployAction action = DeployAction::kUnchanged;
};

struct DeployReport {
    std::vector<DeployedFunction> functions;
    std::vector<DeployedBucket> buckets;
    std::vector<DeployedQueue> queues;
    std::vector<DeployedTopic> topics;
    std::vector<DeployedApi> apis;
    std::vector<TemplateOutput> outputs;
    std::vector<std::string> notes;
};

// Reads a SAM template, builds its functions and brings the daemon to what it says: functions are
// created or updated (and Active on return) and given URLs, buckets, queues and topics made, their
// notifications, event source mappings and subscriptions set, REST and HTTP APIs made and deployed
// to their stages. A URL or an API that the template does not ask for stays as it is. Doing it
// twice changes nothing the second time.
Result<DeployReport> deploy(const DeployRequest& request, HttpClient& client, Progress& progress);

}  // namespace lambent::cli
