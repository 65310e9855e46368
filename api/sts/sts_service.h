#pragma once

#include "api/wire/service.h"

namespace lambent::api::sts {

// AWS STS (Query protocol), as much of it as tools ask before they start: who am I? Has no state;
// owned by the composition root.
class StsService final : public Service {
  public:
    Task<http::Response> serve(Request request, http::BodyReader& body) override;
};

}  // namespace lambent::api::sts
