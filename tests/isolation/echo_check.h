#pragma once

#include "tests/isolation/echo_plan.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::tests {

enum class EchoAct { kEcho, kHangUp, kLate, kDie, kFail };
std::string_view name_of(EchoAct act);  // as the function's event says it

// One call as it was sent.
struct EchoCall {
    const EchoTarget* target = nullptr;  // the plan's
    EchoAct act = EchoAct::kEcho;
    std::string nonce;
    std::string fill;

    std::string payload() const;
};

// What came back for it.
struct EchoAnswer {
    unsigned status = 0;
    std::string request_id;      // x-amzn-RequestId
    std::string function_error;  // X-Amz-Function-Error
    std::string body;
};

// Compares every answer with its call, and all answers of one environment with one another. What
// does not fit is a mismatch, kept as a sentence. Pure.
class EchoCheck {
  public:
    // `gaps`: whether environments may have served calls whose answers nobody saw.
    enum class Gaps { kNone, kAllowed };
    explicit EchoCheck(Gaps gaps) : gaps_(gaps) {}

    void take(const EchoCall& call, const EchoAnswer& answer);
    // Once, after the last answer: what each environment said of itself must be one story.
    void finish();

    struct Counts {
        std::uint64_t answers = 0;
        std::uint64_t environments = 0;
        std::uint64_t mismatches = 0;
    };
    Counts counts() const;
    const std::vector<std::string>& sentences() const { return sentences_; }  // the first few

    // What the functions must have logged: by function, the nonce and the stream of each echo.
    using Lines = std::map<std::string, std::vector<std::pair<std::string, std::string>>>;
    const Lines& lines() const { return lines_; }

  private:
    struct Turn {
        std::uint64_t served = 0;
        std::string nonce;
        std::string previous;
    };
    struct Story {  // of one environment
        const EchoTarget* target = nullptr;
        std::string stream;
        std::vector<Turn> turns;
    };

    void take_echo(const EchoCall& call, const EchoAnswer& answer);
    void take_error(const EchoCall& call, const EchoAnswer& answer);
    void follow(const std::string& instance, Story& story);
    void mismatch(std::string sentence);

    const Gaps gaps_;
    std::uint64_t answers_ = 0;
    std::uint64_t mismatches_ = 0;
    std::vector<std::string> sentences_;
    std::map<std::string, Story> stories_;         // by the environment's own random name
    std::map<std::string, std::string> streams_;   // and that name by log stream
    std::map<std::string, std::string> keys_;      // function by platform key
    std::map<std::string, std::string> requests_;  // nonce by request id
    Lines lines_;
};

}  // namespace lambent::tests
