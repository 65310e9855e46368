#pragma once

#include "app/cli/demo/language_run.h"
#include "app/cli/demo/photographs.h"
#include "app/cli/terminal/style.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace lambent::cli {

struct DemoOpening {
    std::string endpoint;
    std::chrono::milliseconds start_time{0};  // zero: the daemon ran already
    std::string photographs_folder;
    std::size_t photographs = 0;
    std::uint64_t photograph_bytes = 0;
};

// What the demo tells, as text of at most the style's columns. No I/O: everything is passed in.
class Story {
  public:
    explicit Story(Style style) : style_(style) {}

    std::string opening(const DemoOpening& opening) const;
    // One language: its cold start, its warm one, the burst.
    std::string chapter(const LanguageResult& result, std::size_t photographs) const;
    std::string ending(
        const std::vector<LanguageResult>& results,
        std::size_t photographs,
        const std::string& output
    ) const;

  private:
    std::string heading(const std::string& title) const;
    std::string invocation(
        const std::string& kind, const ShownInvocation& shown, const LanguageResult& result
    ) const;
    std::string report(const std::string& line) const;
    std::string meter(const Record& record) const;
    std::string burst(const LanguageResult& result) const;
    std::string dot() const { return std::string(style_.pick(" · ", " - ")); }

    Style style_;
};

nlohmann::json demo_json(
    const std::vector<LanguageResult>& results, std::size_t photographs, const std::string& output
);

}  // namespace lambent::cli
