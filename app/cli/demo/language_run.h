#pragma once

#include "app/cli/client/http_client.h"
#include "app/cli/client/record.h"
#include "app/cli/demo/photographs.h"
#include "app/cli/deploy/deployment.h"
#include "app/cli/terminal/progress.h"
#include "base/result.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lambent::cli {

struct Language {
    std::string title;   // "Python + Pillow"
    std::string folder;  // of examples/image-resize, and of the thumbnails
};

struct Thumbnail {
    std::string name;
    ImageSize photo;
    ImageSize size;
    std::uint64_t bytes = 0;
    bool right = false;  // a whole JPEG of the right size
};

// One invocation that the demo shows in full.
struct ShownInvocation {
    Record record;
    std::string report_line;  // from the function's log
    std::string photograph;
    std::chrono::microseconds upload_to_thumbnail{0};
};

// What one language did with the photographs.
struct LanguageResult {
    Language language;
    DeployedFunction function;
    std::chrono::milliseconds deploy_time{0};
    std::vector<Thumbnail> thumbnails;
    std::vector<Record> records;  // oldest first
    std::optional<ShownInvocation> cold;
    std::optional<ShownInvocation> warm;
    std::size_t burst = 0;  // photographs uploaded at once, after those two
    std::chrono::milliseconds burst_time{0};
    std::vector<std::string> problems;

    std::size_t right_thumbnails() const;
    std::size_t environments() const;
};

// Takes one example through the demo: deploys it, uploads the first photograph (a cold start), the
// second (a warm one), then all others at once; waits for the thumbnails, checks and saves them.
class LanguageRun {
  public:
    LanguageRun(HttpClient& client, Progress& progress, std::filesystem::path output)
        : client_(client), progress_(progress), output_(std::move(output)) {}

    // An Error when the example cannot be deployed or the daemon fails; what the function does
    // wrong is in the result's problems.
    Result<LanguageResult> run(
        const Language& language,
        const std::filesystem::path& example,
        const std::vector<Photograph>& photographs
    );

  private:
    Result<void> deploy_example(const std::filesystem::path& example, LanguageResult& result);
    // So that a second demo on one data directory begins like the first.
    Result<void> clear_traces(
        const std::vector<Photograph>& photographs, const LanguageResult& result
    );
    Result<std::optional<ShownInvocation>> upload_one(
        const Photograph& photograph, LanguageResult& result
    );
    Result<void> upload_rest(const std::vector<Photograph>& photographs, LanguageResult& result);
    // Until `wanted` thumbnails are there or no more can come.
    Result<void> await_thumbnails(std::size_t wanted, LanguageResult& result);
    Result<void> refresh_records(LanguageResult& result);
    Result<void> note_failures(LanguageResult& result);
    Result<void> collect(const std::vector<Photograph>& photographs, LanguageResult& result);
    Result<std::string> report_line(const Record& record);

    HttpClient& client_;
    Progress& progress_;
    std::filesystem::path output_;
    std::int64_t begin_ms_ = 0;  // records from before are another demo's
    std::string photos_bucket_;
    std::string thumbs_bucket_;
};

}  // namespace lambent::cli
