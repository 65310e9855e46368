// What a cold start costs from claim to answer, in a full cell, through the runtime room alone: no
// HTTP door, no scheduler, an empty handler. Needs root. Prints one JSON line per language and
// source, in microseconds: p50, p99 and max of the whole and of each phase. Sources: "stem";
// "boot", with no stem of its kind but an empty cell ready; "scratch", with nothing made ahead but
// groups and namespaces (--stem-cells off).
//   bench_cold_start [RUNS] [cpp|cpp-http|python|node]... [stem|boot|scratch]...
// With --burst N: N starts at once, of stems that stand ready and of none. Their lines say how long
// the starts took from the moment at which all were asked for, how long one alone takes just before
// (`alone`), and the burst's length (`all_us`).
//   bench_cold_start --burst N [LANGUAGE]...
#include "bench/function_room.h"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <vector>

namespace {

using namespace lambent;
using bench::FunctionRoom;
using Clock = std::chrono::steady_clock;

constexpr int kDefaultRuns = 200;
constexpr int kWarmUp = 10;
constexpr int kWarmCalls = 20;
constexpr std::uint32_t kStemsReady = 2;

double microseconds(Clock::duration took) {
    return std::chrono::duration<double, std::micro>(took).count();
}

std::string percentiles(std::vector<double>& samples) {
    std::sort(samples.begin(), samples.end());
    char text[96];
    std::snprintf(
        text,
        sizeof text,
        "{\"p50\":%.0f,\"p99\":%.0f,\"max\":%.0f}",
        samples[samples.size() / 2],
        samples[samples.size() * 99 / 100],
        samples.back()
    );
    return text;
}

// One start after another.
class Series {
  public:
    enum class Source { kStem, kBoot, kScratch };

    static const std::vector<Source>& all_sources() {
        static const std::vector<Source> kAll{Source::kStem, Source::kBoot, Source::kScratch};
        return kAll;
    }
    static const char* name(Source source) {
        constexpr std::array kNames{"stem", "boot", "scratch"};
        return kNames.at(static_cast<std::size_t>(source));
    }

    Series(std::string language, Source source)
        : language_(std::move(language)),
          source_(source),
          room_(
              language_,
              source == Source::kScratch ? bench::no_stems() : bench::fixed_stems(kStemsReady)
          ) {}

    void run(int runs) {
        for (int number = -kWarmUp; number < runs; ++number) {
            if (number == 0) {
                steps_.clear();
            }
            if (source_ != Source::kScratch) {
                room_.await_stems(kStemsReady);
                room_.await_empty_cells(kStemsReady);
            }
            start_and_call();
        }
        std::printf(
            "{\"language\":\"%s\",\"source\":\"%s\",\"runs\":%d",
            language_.c_str(),
            name(source_),
            runs
        );
        for (auto& [step, samples] : steps_) {
            std::printf(",\"%s\":%s", step.c_str(), percentiles(samples).c_str());
        }
        std::printf("}\n");
        std::fflush(stdout);
    }

  private:
    void start_and_call() {
        const bool stem = source_ == Source::kStem;
        const auto from = stem ? runtime::StartFrom::kAnything : runtime::StartFrom::kBoot;
        const auto began = Clock::now();
        auto answered = tests::run_flow(
            room_.loop(), FunctionRoom::start_and_call(room_, from), FunctionRoom::kPatience
        );
        const auto ended = Clock::now();
        if (answered.has_error()) {
            bench::give_up(answered.error());
        }
        const runtime::InitOutcome& init = answered->init;
        if ((init.start == runtime::StartKind::kStem) != stem) {
            bench::give_up(Error(Code::kInternal, "bench", "the start came from elsewhere"));
        }
        note("claim_until_answer", ended - began);
        note("cell_claim", init.cell_claim);
        note("mount_and_limits", init.mount_and_limits);
        note("runtime_boot", init.runtime_boot);
        note("function_init", init.function_init);
        note("first_handler", answered->outcome.handler);
        room_.room().environment = std::move(answered->environment);
        for (int call = 0; call < kWarmCalls; ++call) {
            const auto asked = Clock::now();
            room_.room().invoke("{}");
            note("warm_call", Clock::now() - asked);
        }
        room_.close(std::exchange(room_.room().environment, nullptr));
    }
    void note(const std::string& step, Clock::duration took) {
        steps_[step].push_back(microseconds(took));
    }

    std::string language_;
    Source source_;
    FunctionRoom room_;
    std::map<std::string, std::vector<double>> steps_;
};

// Many starts at once.
class Burst {
  public:
    Burst(std::string language, std::uint32_t stems, std::size_t starts)
        : language_(std::move(language)),
          stems_(stems),
          starts_(starts),
          room_(language_, stems == 0 ? bench::no_stems() : bench::fixed_stems(stems)) {}

    void run() {
        std::vector<double> alone = starts(1);
        for (int more = 0; more < kWarmUp; ++more) {
            alone.push_back(starts(1).front());
        }
        if (stems_ > 0) {
            room_.await_stems(stems_);
        }
        std::vector<double> took = starts(starts_);
        std::printf(
            "{\"language\":\"%s\",\"source\":\"%s\",\"burst\":%zu,\"start\":%s,\"alone\":%s,"
            "\"all_us\":%.0f}\n",
            language_.c_str(),
            stems_ > 0 ? "stem" : "boot",
            starts_,
            percentiles(took).c_str(),
            percentiles(alone).c_str(),
            *std::max_element(took.begin(), took.end())
        );
        std::fflush(stdout);
    }

  private:
    std::vector<double> starts(std::size_t count) {
        std::vector<double> took;
        std::vector<std::unique_ptr<runtime::Environment>> alive;
        const auto began = Clock::now();
        auto keep = [&](const std::exception_ptr& thrown, Result<FunctionRoom::Answered> answered) {
            if (thrown || answered.has_error()) {
                bench::give_up(
                    thrown ? Error(Code::kInternal, "bench", "thrown") : answered.error()
                );
            }
            took.push_back(microseconds(Clock::now() - began));
            alive.push_back(std::move(answered->environment));
        };
        for (std::size_t i = 0; i < count; ++i) {
            boost::asio::co_spawn(room_.loop(), FunctionRoom::start_and_call(room_), keep);
        }
        room_.loop().restart();
        while (took.size() < count) {
            room_.loop().run_one();
        }
        for (auto& environment : alive) {
            room_.close(std::move(environment));
        }
        return took;
    }

    std::string language_;
    std::uint32_t stems_;
    std::size_t starts_;
    FunctionRoom room_;
};

// Those among the words that name a source; all when none does.
std::vector<Series::Source> take_sources(std::vector<std::string>& words) {
    std::vector<Series::Source> named;
    for (const Series::Source source : Series::all_sources()) {
        if (std::erase(words, Series::name(source)) > 0) {
            named.push_back(source);
        }
    }
    return named.empty() ? Series::all_sources() : named;
}

}  // namespace

int main(int argc, char** argv) {
    const bool is_burst = argc > 2 && std::strcmp(argv[1], "--burst") == 0;
    const int first = is_burst ? 2 : 1;
    const int count = argc > first ? std::atoi(argv[first]) : kDefaultRuns;
    if (count < 1) {
        std::fputs("usage: bench_cold_start [RUNS | --burst N] [LANGUAGE]...\n", stderr);
        return 2;
    }
    std::vector<std::string> languages(argv + std::min(argc, first + 1), argv + argc);
    const std::vector<Series::Source> sources = take_sources(languages);
    if (languages.empty()) {
        languages = {"cpp", "python", "node"};
    }
    for (const std::string& language : languages) {
        if (is_burst) {
            const auto starts = static_cast<std::size_t>(count);
            Burst(language, static_cast<std::uint32_t>(count), starts).run();
            Burst(language, 0, starts).run();
        } else {
            for (const auto source : sources) {
                Series(language, source).run(count);
            }
        }
    }
}
