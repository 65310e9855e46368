#pragma once

#include "api/wire/errors.h"
#include "api/wire/query.h"
#include "api/wire/xml.h"
#include "base/async/task.h"
#include "triggers/topics/topics.h"

#include <functional>
#include <string>
#include <string_view>

namespace lambent::api::sns {

// One request on its way through an operation. Borrows the topics and the parsed form, which
// outlive the flow that serves the request.
struct Call {
    Call(triggers::Topics& of, const QueryNode& form, std::string trace)
        : topics(of), asked(form), trace_header(std::move(trace)) {}

    triggers::Topics& topics;
    const QueryNode& asked;
    std::string trace_header;  // X-Amzn-Trace-Id, empty if there is none
};

// What an operation becomes: writes its result; null for operations without one.
using WriteResult = std::function<void(XmlWriter&)>;
using Served = Task<Answer<WriteResult>>;

Served create_topic(Call call);
Served delete_topic(Call call);
Served list_topics(Call call);
Served get_topic_attributes(Call call);
Served set_topic_attributes(Call call);
Served subscribe(Call call);
Served confirm_subscription(Call call);
Served unsubscribe(Call call);
Served list_subscriptions(Call call);
Served list_subscriptions_by_topic(Call call);
Served get_subscription_attributes(Call call);
Served set_subscription_attributes(Call call);
Served publish(Call call);
Served publish_batch(Call call);
Served tag_resource(Call call);
Served untag_resource(Call call);
Served list_tags_for_resource(Call call);

struct Operation {
    std::string_view name;
    Served (*serve)(Call call);
};
// Null when SNS has it not, or lambent not.
const Operation* find_operation(std::string_view name);

}  // namespace lambent::api::sns
