#pragma once

#include "triggers/gateway/api_store.h"

#include <cstdint>

namespace lambent::triggers {

// Brings a stage to what the API is now.
void deploy_stage(const HttpApi& api, ApiStage& stage, std::int64_t now_ms);
// Each stage that deploys by itself.
void deploy_automatically(HttpApi& api, std::int64_t now_ms);

}  // namespace lambent::triggers
