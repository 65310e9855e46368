#include "app/cli/deploy/queue_deployer.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace lambent::cli {
namespace {

constexpr char kRedrive[] = "RedrivePolicy";

// A policy with its numbers as texts: SQS takes and gives both.
nlohmann::json policy_of(const std::string& text) {
    auto policy = nlohmann::json::parse(text, nullptr, false);
    if (policy.is_object()) {
        for (auto& [name, value] : policy.items()) {
            value = value.is_number() ? nlohmann::json(value.dump()) : value;
        }
    }
    return policy;
}

// Whether two values of an attribute mean the same.
bool same_value(const std::string& a, const std::string& b) {
    if (a == b) {
        return true;
    }
    const auto policy = policy_of(a);
    return policy.is_object() && policy == policy_of(b);
}

bool has_all(const QueueAttributes& existing, const QueueAttributes& wanted) {
    return std::all_of(wanted.begin(), wanted.end(), [&](const auto& attribute) {
        const auto found = existing.find(attribute.first);
        return found != existing.end() && same_value(found->second, attribute.second);
    });
}

}  // namespace

Result<std::vector<DeployedQueue>> QueueDeployer::put_queues(
    const std::vector<TemplateQueue>& queues
) {
    std::vector<const TemplateQueue*> ordered;
    for (const TemplateQueue& queue : queues) {
        ordered.push_back(&queue);
    }
    std::stable_partition(ordered.begin(), ordered.end(), [](const TemplateQueue* queue) {
        return !queue->attributes.contains(kRedrive);
    });
    std::vector<DeployedQueue> done;
    for (const TemplateQueue* const queue : ordered) {
        LAMBENT_TRY(const DeployAction action, put_queue(*queue));
        done.push_back({queue->name, action});
    }
    return done;
}

Result<DeployAction> QueueDeployer::put_queue(const TemplateQueue& queue) {
    LAMBENT_TRY(const auto existing, queues_.attributes(queue.name));
    if (!existing) {
        LAMBENT_TRY(queues_.create(queue.name, queue.attributes));
        return DeployAction::kCreated;
    }
    if (has_all(*existing, queue.attributes)) {
        return DeployAction::kUnchanged;
    }
    LAMBENT_TRY(queues_.set(queue.name, queue.attributes));
    return DeployAction::kUpdated;
}

Result<DeployAction> QueueDeployer::put_mapping(
    const SqsTrigger& trigger, const std::string& function
) {
    LAMBENT_TRY(auto existing, mappings_.find(trigger.queue_arn, function));
    if (!existing) {
        LAMBENT_TRY(mappings_.create(trigger, function));
        return DeployAction::kCreated;
    }
    existing->trigger.id = trigger.id;
    if (existing->trigger == trigger) {
        return DeployAction::kUnchanged;
    }
    LAMBENT_TRY(mappings_.update(existing->uuid, trigger));
    return DeployAction::kUpdated;
}

}  // namespace lambent::cli
