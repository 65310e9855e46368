#pragma once

#include "api/s3/s3_call.h"
#include "api/s3/s3_ports.h"
#include "api/wire/service.h"
#include "base/logger.h"

#include <memory>

namespace lambent::api::s3 {

// S3's REST and XML over the object store: routes on the raw path, parses, calls, renders. Knows
// no semantics of buckets and objects beyond the wire. Owned by the composition root.
class S3Service final : public Service {
  public:
    S3Service(S3Config config, S3Ports ports, Logger log);
    ~S3Service() override;
    S3Service(const S3Service&) = delete;
    S3Service& operator=(const S3Service&) = delete;
    Task<http::Response> serve(Request request, http::BodyReader& body) override;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace lambent::api::s3
