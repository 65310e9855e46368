#include "api/sns/operations.h"
#include "api/sns/sns_errors.h"
#include "api/sns/sns_fields.h"

#include <utility>

namespace lambent::api::sns {
namespace {

// The operations on tags have a word of their own for what is not there.
Answer<triggers::Topic> read_resource(const Call& call) {
    LAMBENT_TRY(const std::string arn, read_arn(call.asked, "ResourceArn"));
    auto topic = call.topics.topic(arn);
    if (topic.has_error()) {
        return AwsError(404, "ResourceNotFound", "Resource does not exist");
    }
    return *std::move(topic);
}

void write_nothing(XmlWriter& /*xml*/) {}

Served store_tags(Call call, triggers::Topic topic) {
    const auto stored = co_await call.topics.set_tags(std::move(topic.arn), std::move(topic.tags));
    if (stored.has_error()) {
        co_return from_error(stored.error());
    }
    co_return WriteResult(write_nothing);
}

}  // namespace

Served tag_resource(Call call) {
    LAMBENT_CO_TRY(triggers::Topic topic, read_resource(call));
    triggers::TopicTexts tags = read_tags(call.asked);
    tags.merge(topic.tags);
    topic.tags = std::move(tags);
    co_return co_await store_tags(std::move(call), std::move(topic));
}

Served untag_resource(Call call) {
    LAMBENT_CO_TRY(triggers::Topic topic, read_resource(call));
    for (const std::string& key : read_list(call.asked, "TagKeys")) {
        topic.tags.erase(key);
    }
    co_return co_await store_tags(std::move(call), std::move(topic));
}

Served list_tags_for_resource(Call call) {
    LAMBENT_CO_TRY(triggers::Topic topic, read_resource(call));
    co_return WriteResult([tags = std::move(topic.tags)](XmlWriter& xml) { write_tags(xml, tags); }
    );
}

}  // namespace lambent::api::sns
