#pragma once

#include "api/apigateway/http_api_service.h"
#include "api/apigateway/rest_api_service.h"

namespace lambent::api::apigateway {

// What the door of all APIs needs of the rooms below; all of it outlives the door.
struct ApiDoorPorts {
    const triggers::HttpApis& http_apis;
    const triggers::RestApis& rest_apis;
    scheduler::StreamedInvocations& streams;
    const Clock& clock;
};

// The addresses of APIs look alike, whatever their kind: leads each request to the service of its
// own.
class ApiDoor final : public PublicService {
  public:
    ApiDoor(const GatewayConfig& config, ApiDoorPorts ports, const Logger& log);

    bool wants_signature(const http::RequestHead& head) const override;
    Task<http::Response> serve(Request request, http::BodyReader& body) override;

  private:
    bool is_rest(const http::RequestHead& head) const;

    const triggers::RestApis& rest_apis_;
    HttpApiService http_;
    RestApiService rest_;
};

}  // namespace lambent::api::apigateway
