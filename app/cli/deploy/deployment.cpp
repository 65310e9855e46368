#include "app/cli/deploy/deployment.h"

#include "app/cli/client/events_api.h"
#include "app/cli/client/s3_api.h"
#include "app/cli/deploy/api_deployer.h"
#include "app/cli/deploy/http_api_deployer.h"
#include "app/cli/deploy/operation_deployer.h"
#include "app/cli/deploy/queue_deployer.h"
#include "app/cli/deploy/topic_deployer.h"
#include "app/cli/package/function_build.h"
#include "base/files/content_hash.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace lambent::cli {
namespace {
namespace fs = std::filesystem;

Result<TemplateSource> load_source(const DeployRequest& request, const HttpClient& client) {
    fs::path file = request.directory;
    if (fs::is_directory(file)) {
        for (const char* name : {"template.yaml", "template.yml"}) {
            if (fs::exists(request.directory / name)) {
                file = request.directory / name;
            }
        }
        if (file == request.directory) {
            return Error(
                Code::kInvalidArgument,
                "no template.yaml in " + request.directory.string() +
                    " — give the folder of a SAM application"
            );
        }
    }
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        return Error(Code::kInvalidArgument, "cannot read " + file.string());
    }
    std::ostringstream text;
    text << stream.rdbuf();
    TemplateSource source;
    source.text = text.str();
    source.name = file.string();
    source.stack_name = fs::weakly_canonical(file).parent_path().filename().string();
    source.region = client.endpoint().region;
    source.endpoint = client.endpoint().url;
    source.parameters = request.parameters;
    return source;
}

// Brings one daemon to what one template says.
class Deployer {
  public:
    Deployer(HttpClient& client, Progress& progress)
        : lambda_(client),
          operation_(client),
          urls_(client),
          s3_(client),
          events_(client),
          progress_(progress) {}

    Result<DeployedFunction> put_function(const TemplateFunction& function, FunctionBuild& build) {
        LAMBENT_TRY(const std::string zip, build.package(function));
        progress_.say(function.logical_id + ": uploading");
        DeployedFunction done;
        done.logical_id = function.logical_id;
        done.settings = function.settings;
        done.code_bytes = zip.size();
        const std::string& name = function.settings.name;
        LAMBENT_TRY(auto existing, lambda_.find(name));
        if (!existing) {
            LAMBENT_TRY(lambda_.create(function.settings, zip));
            done.action = DeployAction::kCreated;
        } else {
            LAMBENT_TRY(done.action, update(function.settings, *existing, zip));
        }
        progress_.say(function.logical_id + ": waiting until it is Active");
        LAMBENT_TRY(const FunctionView view, lambda_.wait_until_ready(name));
        done.arn = view.arn;
        LAMBENT_TRY(operation_.put_alias(function.operation, done));
        if (function.url) {
            LAMBENT_TRY(put_url(*function.url, done));
        }
        return done;
    }

    Result<void> put_operations(const SamTemplate& sam, DeployReport& report) {
        for (std::size_t i = 0; i < sam.functions.size(); ++i) {
            LAMBENT_TRY(operation_.put_settings(sam.functions[i].operation, report.functions[i]));
        }
        return {};
    }

    Result<DeployedBucket> put_bucket(const TemplateBucket& bucket) {
        LAMBENT_TRY(const bool exists, s3_.has_bucket(bucket.name));
        if (exists) {
            return DeployedBucket{bucket.name, DeployAction::kUnchanged};
        }
        LAMBENT_TRY(s3_.create_bucket(bucket.name));
        return DeployedBucket{bucket.name, DeployAction::kCreated};
    }

    Result<void> put_notifications(const SamTemplate& sam, DeployReport& report) {
        for (const TemplateBucket& bucket : sam.buckets) {
            std::vector<NotificationRule> rules;
            for (std::size_t i = 0; i < sam.functions.size(); ++i) {
                DeployedFunction& deployed = report.functions[i];
                for (const S3Trigger& trigger : sam.functions[i].triggers) {
                    if (trigger.bucket_id == bucket.logical_id) {
                        rules.push_back(rule_of(trigger, deployed));
                        deployed.trigger_buckets.push_back(bucket.name);
                    }
                }
            }
            if (!rules.empty()) {
                LAMBENT_TRY(s3_.set_notifications(bucket.name, rules));
            }
        }
        return {};
    }

    Result<void> put_rules(const TemplateFunction& function, DeployedFunction& deployed) {
        for (const RuleTrigger& rule : function.rules) {
            LAMBENT_TRY(events_.put_rule(rule, deployed.arn));
            deployed.trigger_rules.push_back(rule.pattern.empty() ? rule.schedule : rule.pattern);
        }
        for (const ScheduleTrigger& schedule : function.schedules) {
            LAMBENT_TRY(events_.put_schedule(schedule, deployed.arn));
            deployed.trigger_rules.push_back(schedule.expression);
        }
        return {};
    }

  private:
    static NotificationRule rule_of(const S3Trigger& trigger, const DeployedFunction& function) {
        NotificationRule rule;
        rule.id = function.logical_id + "-" + trigger.id;
        rule.function_arn = function.arn;
        rule.events = trigger.events;
        rule.prefix = trigger.prefix;
        rule.suffix = trigger.suffix;
        return rule;
    }

    Result<void> put_url(const UrlSettings& wanted, DeployedFunction& done) {
        const std::string& name = done.settings.name;
        LAMBENT_TRY(auto url, urls_.find(name, done.alias));
        if (!url) {
            LAMBENT_TRY(url, urls_.create(name, done.alias, wanted));
        } else if (url->settings != wanted) {
            LAMBENT_TRY(url, urls_.update(name, done.alias, wanted));
        } else {
            done.url = url->url;
            return {};
        }
        if (done.action == DeployAction::kUnchanged) {
            done.action = DeployAction::kUpdated;
        }
        done.url = url->url;
        return {};
    }

    Result<DeployAction> update(
        const FunctionSettings& wanted, const FunctionView& existing, const std::string& zip
    ) {
        DeployAction action = DeployAction::kUnchanged;
        if (existing.code_sha256 != to_base64(digest(HashKind::kSha256, zip))) {
            LAMBENT_TRY(lambda_.update_code(wanted.name, zip));
            LAMBENT_TRY(lambda_.wait_until_ready(wanted.name));
            action = DeployAction::kUpdated;
        }
        FunctionSettings without_tags = wanted;
        without_tags.tags = existing.settings.tags;
        if (without_tags != existing.settings) {
            LAMBENT_TRY(lambda_.update_settings(wanted));
            action = DeployAction::kUpdated;
        }
        if (wanted.tags != existing.settings.tags) {
            LAMBENT_TRY(put_tags(existing, wanted.tags));
            action = DeployAction::kUpdated;
        }
        return action;
    }

    Result<void> put_tags(
        const FunctionView& existing, const std::map<std::string, std::string>& wanted
    ) {
        std::vector<std::string> gone;
        for (const auto& [key, value] : existing.settings.tags) {
            if (!wanted.contains(key)) {
                gone.push_back(key);
            }
        }
        if (!gone.empty()) {
            LAMBENT_TRY(lambda_.remove_tags(existing.arn, gone));
        }
        return wanted.empty() ? Result<void>() : lambda_.set_tags(existing.arn, wanted);
    }

    LambdaApi lambda_;
    OperationDeployer operation_;
    FunctionUrlApi urls_;
    S3Api s3_;
    EventsApi events_;
    Progress& progress_;
};

Result<void> put_mappings(const SamTemplate& sam, QueueDeployer& deployer, DeployReport& report) {
    for (std::size_t i = 0; i < sam.functions.size(); ++i) {
        DeployedFunction& deployed = report.functions[i];
        for (const SqsTrigger& trigger : sam.functions[i].queue_triggers) {
            LAMBENT_TRY(deployer.put_mapping(trigger, deployed.qualified_name()));
            deployed.trigger_queues.push_back(trigger.queue_arn);
        }
    }
    return {};
}

// The APIs of a template, of both kinds.
struct ApiDeployers {
    ApiDeployers(HttpClient& client, const std::string& stack)
        : rest(client, stack), http(client, stack) {}

    ApiDeployer rest;
    HttpApiDeployer http;
};

// Their ids, by logical id: functions and outputs may tell of them.
Result<std::map<std::string, std::string>> reserve_apis(
    const SamTemplate& sam, ApiDeployers& deployers
) {
    std::map<std::string, std::string> ids;
    for (const TemplateApi& api : sam.apis) {
        LAMBENT_TRY(ids[api.logical_id], deployers.rest.reserve(api));
    }
    for (const TemplateHttpApi& api : sam.http_apis) {
        LAMBENT_TRY(ids[api.logical_id], deployers.http.reserve(api));
    }
    return ids;
}

// The routes of one API, with the functions that they lead to.
template <class Wanted, class Trigger>
std::vector<Wanted> routes_to(
    const std::string& api,
    const SamTemplate& sam,
    const DeployReport& report,
    std::vector<Trigger> TemplateFunction::*triggers
) {
    std::vector<Wanted> routes;
    for (std::size_t i = 0; i < sam.functions.size(); ++i) {
        for (const Trigger& trigger : sam.functions[i].*triggers) {
            if (trigger.api_id == api) {
                routes.push_back({trigger, report.functions[i].arn});
            }
        }
    }
    return routes;
}

Result<void> put_apis(const SamTemplate& sam, ApiDeployers& deployers, DeployReport& report) {
    for (const TemplateApi& api : sam.apis) {
        const auto routes =
            routes_to<WantedRoute>(api.logical_id, sam, report, &TemplateFunction::api_routes);
        LAMBENT_TRY(DeployedApi done, deployers.rest.put(api, routes));
        report.apis.push_back(std::move(done));
    }
    for (const TemplateHttpApi& api : sam.http_apis) {
        const auto routes =
            routes_to<WantedHttpRoute>(api.logical_id, sam, report, &TemplateFunction::http_routes);
        LAMBENT_TRY(DeployedApi done, deployers.http.put(api, routes));
        report.apis.push_back(std::move(done));
    }
    return {};
}

}  // namespace

std::string_view to_string(DeployAction action) {
    switch (action) {
        case DeployAction::kCreated:
            return "created";
        case DeployAction::kUpdated:
            return "updated";
        case DeployAction::kUnchanged:
            return "unchanged";
    }
    return "";
}

Result<DeployReport> deploy(const DeployRequest& request, HttpClient& client, Progress& progress) {
    LAMBENT_TRY(TemplateSource source, load_source(request, client));
    LAMBENT_TRY(SamTemplate sam, read_template(source));
    ApiDeployers apis(client, sam.stack_name);
    LAMBENT_TRY(source.api_ids, reserve_apis(sam, apis));
    LAMBENT_TRY(sam, read_template(source));
    DeployReport report;
    report.notes = sam.notes;
    report.outputs = sam.outputs;
    Deployer deployer(client, progress);
    QueueDeployer queues(client);
    LAMBENT_TRY(report.queues, queues.put_queues(sam.queues));
    TopicDeployer topics(client);
    LAMBENT_TRY(report.topics, topics.put_topics(sam.topics));
    FunctionBuild build(fs::path(source.name).parent_path(), progress);
    for (const TemplateFunction& function : sam.functions) {
        LAMBENT_TRY(DeployedFunction done, deployer.put_function(function, build));
        LAMBENT_TRY(deployer.put_rules(function, done));
        report.functions.push_back(std::move(done));
    }
    LAMBENT_TRY(deployer.put_operations(sam, report));
    for (const TemplateBucket& bucket : sam.buckets) {
        LAMBENT_TRY(DeployedBucket done, deployer.put_bucket(bucket));
        report.buckets.push_back(std::move(done));
    }
    LAMBENT_TRY(deployer.put_notifications(sam, report));
    LAMBENT_TRY(put_mappings(sam, queues, report));
    LAMBENT_TRY(topics.put_subscriptions(sam, report));
    LAMBENT_TRY(put_apis(sam, apis, report));
    progress.clear();
    return report;
}

}  // namespace lambent::cli
