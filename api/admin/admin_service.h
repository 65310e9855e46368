#pragma once

#include "api/wire/service.h"
#include "scheduler/record_store.h"
#include "scheduler/scheduler.h"

#include <string>

namespace lambent::api::admin {

// The platform's own API below /_lambent/, in plain JSON, for `lambent` on the command line:
//   GET  health                      200 as long as the event loop turns; the only open route
//   GET  environments                what is booted, and what it is doing
//   GET  records?function=&limit=&requestId=   what invocations did, newest first
//   POST functions/NAME/evict        closes idle environments
// Root's key only, but for health. Owned by the composition root; event loop's thread only.
class AdminService final : public Service {
  public:
    AdminService(scheduler::Scheduler& scheduler, scheduler::RecordStore& records)
        : scheduler_(scheduler), records_(records) {}
    Task<http::Response> serve(Request request, http::BodyReader& body) override;

  private:
    http::Response environments() const;
    Task<http::Response> records(Request request);
    http::Response evict(const std::string& function);

    scheduler::Scheduler& scheduler_;
    scheduler::RecordStore& records_;
};

}  // namespace lambent::api::admin
