#pragma once

#include "app/cli/client/http_client.h"
#include "app/cli/template/sam_template.h"
#include "base/result.h"

#include <string>

namespace lambent::cli {

// The EventBridge and EventBridge Scheduler doors of the daemon, as far as a deployment needs them.
class EventsApi {
  public:
    explicit EventsApi(HttpClient& client) : client_(client) {}

    // The rule and its one target, in the place of what had its name.
    Result<void> put_rule(const RuleTrigger& rule, const std::string& function_arn);
    // The same of a schedule.
    Result<void> put_schedule(const ScheduleTrigger& schedule, const std::string& function_arn);

  private:
    Result<void> ask(const std::string& operation, const std::string& body);

    HttpClient& client_;
};

// The bodies of PutRule, PutTargets and CreateSchedule.
std::string rule_document(const RuleTrigger& rule);
std::string targets_document(const RuleTrigger& rule, const std::string& function_arn);
Result<std::string> schedule_document(
    const ScheduleTrigger& schedule, const std::string& function_arn
);

}  // namespace lambent::cli
