#pragma once

#include "api/urls/address.h"
#include "api/wire/service.h"
#include "base/clock.h"
#include "base/logger.h"
#include "scheduler/invocation.h"
#include "scheduler/streamed_invocations.h"
#include "triggers/http/function_urls.h"

namespace lambent::api::urls {

// What the door of function URLs needs of the rooms below; all of it outlives the door.
struct UrlPorts {
    const triggers::FunctionUrls& urls;
    scheduler::Invoker& invoker;
    scheduler::StreamedInvocations& streams;
    const Clock& clock;
};

// The HTTP face of function URLs: a request becomes an event, what the function returns becomes the
// answer. The front door has checked host and signature.
class UrlService final : public PublicService {
  public:
    UrlService(UrlConfig config, UrlPorts ports, Logger log);

    bool wants_signature(const http::RequestHead& head) const override;
    Task<http::Response> serve(Request request, http::BodyReader& body) override;

  private:
    Task<http::Response> call(
        Place place, triggers::HttpRequest request, scheduler::Invocation invocation
    );
    Task<http::Response> stream(
        Place place, triggers::HttpRequest request, scheduler::Invocation invocation
    );

    UrlConfig config_;
    UrlPorts ports_;
    Logger log_;
};

}  // namespace lambent::api::urls
