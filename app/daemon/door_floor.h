#pragma once

#include "api/admin/admin_service.h"
#include "api/apigateway/api_door.h"
#include "api/apigateway/gateway_service.h"
#include "api/autoscaling/autoscaling_service.h"
#include "api/events/events_service.h"
#include "api/lambda/lambda_service.h"
#include "api/logs/logs_service.h"
#include "api/s3/s3_service.h"
#include "api/schedules/schedules_service.h"
#include "api/sns/sns_service.h"
#include "api/sqs/sqs_service.h"
#include "api/sts/sts_service.h"
#include "api/urls/url_service.h"
#include "api/wire/credentials.h"
#include "api/wire/front_door.h"
#include "app/daemon/engine.h"
#include "app/daemon/ground.h"
#include "app/daemon/registered_functions.h"
#include "app/daemon/trigger_floor.h"
#include "base/http/server.h"
#include "base/http/tls_context.h"

#include <cstdint>

namespace lambent::app {

// Where clients come in.
struct Entrance {
    std::uint16_t port = 0;
    const http::TlsContext* tls = nullptr;  // null: plain HTTP

    const char* scheme() const { return tls == nullptr ? "http" : "https"; }
};

// The floor that speaks AWS's protocols: every service there is, the front door before them, and
// the server. Owned by House.
class DoorFloor {
  public:
    DoorFloor(
        const Ground& ground,
        const Entrance& entrance,
        Engine& engine,
        TriggerFloor& triggers,
        api::Credentials& credentials
    );

  private:
    api::lambda::LambdaPorts lambda_ports(const Ground& ground);
    api::FrontDoor::Services services();

    Engine& engine_;
    TriggerFloor& triggers_;
    api::Credentials& credentials_;
    RegisteredFunctions registered_;
    api::lambda::LambdaService lambda_;
    api::urls::UrlService function_urls_;
    api::apigateway::GatewayService gateway_;
    api::apigateway::ApiDoor apis_;
    api::s3::S3Service s3_;
    api::logs::LogsService logs_;
    api::sts::StsService sts_;
    api::autoscaling::AutoscalingService autoscaling_;
    api::events::EventsService events_;
    api::schedules::SchedulesService schedules_;
    api::sqs::SqsService sqs_;
    api::sns::SnsService sns_;
    api::admin::AdminService admin_;
    api::FrontDoor front_door_;

  public:
    http::Server server;
};

}  // namespace lambent::app
