#include "triggers/gateway/http_apis.h"

namespace lambent::triggers {

void deploy_stage(const HttpApi& api, ApiStage& stage, std::int64_t now_ms) {
    stage.deployed = api.current;
    stage.deployment_id = new_api_id(6);
    stage.modified_ms = now_ms;
}

void deploy_automatically(HttpApi& api, std::int64_t now_ms) {
    for (auto& [name, stage] : api.stages) {
        if (stage.auto_deploy) {
            deploy_stage(api, stage, now_ms);
        }
    }
}

}  // namespace lambent::triggers
