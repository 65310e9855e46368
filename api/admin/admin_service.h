#pragma once

#include "api/admin/clock_control.h"
#include "api/wire/service.h"
#include "base/files/page_cache.h"
#include "scheduler/record_store.h"
#include "scheduler/scheduler.h"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace lambent::api::admin {

// What `lambent measure` asks of the rooms below the scheduler; a function that does not exist is
// kNotFound.
struct StartTools {
    // Stems that could become the function: ready ones, and how many there should be.
    struct Stems {
        std::size_t ready = 0;
        std::size_t wanted = 0;
    };
    std::function<Result<Stems>(const std::string& function)> stems;
    // Empties the page cache of what a start reads, or fills it; part by part, what it held.
    struct CachedPart {
        std::string part;  // "package", "interpreter", …
        std::string path;
        CachedBytes bytes;
    };
    std::function<Task<Result<std::vector<CachedPart>>>(std::string function, CacheWish wish)>
        change_page_cache;
};

// The platform's own API below /_lambent/, in plain JSON, for `lambent` on the command line:
//   GET  health                      200 as long as the event loop turns; the only open route
//   GET  environments                what is booted, and what it is doing
//   GET  records?function=&limit=&requestId=   what invocations did, newest first
//   POST functions/NAME/evict        closes idle environments
//   GET  functions/NAME/stems        how many stems are ready to become it
//   POST functions/NAME/drop-page-cache   forgets the files that a start of it reads
//   POST functions/NAME/fill-page-cache   reads them
//   GET  clock                       what time it is for schedules, retries and timeouts
//   POST clock/advance?ms=           moves it on (lambent up --clock manual)
// Root's key only, but for health. Owned by the composition root; event loop's thread only.
class AdminService final : public Service {
  public:
    AdminService(
        scheduler::Scheduler& scheduler,
        scheduler::RecordStore& records,
        StartTools tools,
        ClockControl clock
    )
        : scheduler_(scheduler), records_(records), tools_(std::move(tools)), clock_(clock) {}
    Task<http::Response> serve(Request request, http::BodyReader& body) override;

  private:
    http::Response environments() const;
    Task<http::Response> records(Request request);
    Task<http::Response> of_function(std::string function, std::string method, std::string what);
    http::Response stems(const std::string& function) const;
    Task<http::Response> change_page_cache(std::string function, CacheWish wish);

    scheduler::Scheduler& scheduler_;
    scheduler::RecordStore& records_;
    StartTools tools_;
    ClockControl clock_;
};

}  // namespace lambent::api::admin
