#pragma once

#include "app/cli/client/http_client.h"
#include "app/cli/client/record.h"
#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace lambent::cli {

// One execution environment as the daemon sees it now.
struct EnvironmentView {
    std::string function;
    std::string version;
    std::string revision_id;
    std::string state;  // "idle", "busy", "starting"
    std::uint32_t memory_mb = 0;
    std::int64_t age_ms = 0;
    std::int64_t idle_ms = 0;
    std::uint64_t invocations = 0;
    std::string log_stream;
    bool frozen = false;
    bool provisioned = false;
};

// Stems that could become a function.
struct StemsView {
    std::uint64_t ready = 0;
    std::uint64_t wanted = 0;
};

// What the page cache held of a part of a function before it was dropped or filled, and after.
struct CachedPart {
    std::string part;  // "package", "bootstrap", "interpreter", "library"
    std::string path;
    std::uint64_t bytes = 0;
    std::uint64_t cached_before = 0;
    std::uint64_t cached_after = 0;  // when dropped: mapped by processes that live
};

// What time it is for schedules, retries and timeouts.
struct ClockView {
    std::string kind;  // "system", or "manual": it stands still until it is advanced
    std::string now;   // ISO 8601
    std::int64_t now_ms = 0;
};

struct RecordQuery {
    std::string function;
    std::string request_id;
    int limit = 100;
};

// What the daemon tells about itself under /_lambent, beyond what AWS has.
class PlatformApi {
  public:
    explicit PlatformApi(HttpClient& client) : client_(client) {}

    // Whether the daemon is ready to serve.
    bool healthy();
    Result<std::vector<EnvironmentView>> environments();
    Result<std::vector<Record>> records(const RecordQuery& query);  // newest first
    // The same, each as the daemon's own JSON on one line.
    Result<std::vector<std::string>> record_lines(const RecordQuery& query);

    // Ends the idle environments of a function, so that its next invocation is a cold start; how
    // many. Provisioned ones stay.
    Result<std::uint64_t> evict(const std::string& function);
    Result<ClockView> clock();
    // Returns once all that falls into that time has happened.
    Result<ClockView> advance_clock(std::chrono::milliseconds by);
    Result<StemsView> stems(const std::string& function);
    // Empties the page cache of the files that a start of the function reads, or reads them.
    Result<std::vector<CachedPart>> drop_page_cache(const std::string& function);
    Result<std::vector<CachedPart>> fill_page_cache(const std::string& function);

  private:
    Result<ClockView> ask_clock(const HttpCall& call);
    Result<std::vector<CachedPart>> change_page_cache(const std::string& path);
    Result<std::string> fetch_records(const RecordQuery& query);

    HttpClient& client_;
};

}  // namespace lambent::cli
