#include "tests/isolation/echo_check.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace lambent::tests {
namespace {

using nlohmann::json;

constexpr std::size_t kSentencesMax = 20;
constexpr std::string_view kMark = "mark.";

// The first mark in the text that is not the target's own: something of another function.
std::string foreign_mark(std::string_view text, const std::string& own) {
    for (std::size_t at = text.find(kMark); at != std::string_view::npos;
         at = text.find(kMark, at + 1)) {
        const std::string_view mark = text.substr(at, own.size());
        if (mark != own) {
            return std::string(mark);
        }
    }
    return {};
}

// The members of an answer that tell one story or another, with what the call must see.
std::vector<std::pair<const char*, json>> expected(const EchoCall& call, const EchoAnswer& answer) {
    const EchoTarget& target = *call.target;
    return {
        {"nonce", call.nonce},
        {"fill", call.fill},
        {"request", answer.request_id},
        {"function", target.function},
        {"version", target.version},
        {"arn", target.arn},
        {"memory", target.memory_mb},
        {"secret", target.secret},
    };
}

std::vector<std::pair<const char*, json>> expected_variables(
    const EchoTarget& target, const json& answer
) {
    return {
        {"SECRET", target.secret},
        {"AWS_LAMBDA_FUNCTION_NAME", target.function},
        {"AWS_LAMBDA_FUNCTION_VERSION", target.version},
        {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(target.memory_mb)},
        {"AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/" + target.function},
        {"AWS_LAMBDA_LOG_STREAM_NAME", answer.at("stream")},
    };
}

// What lies where a function may leave something: nothing before the first call, its own after it.
json expected_remains(const json& answer, const std::string& secret) {
    const bool is_first = answer.at("served") == 1;
    const json own = is_first ? json::array() : json::array({secret});
    return {
        {"tmp", own},
        {"shm", json::array()},
        {"globals", own},
        {"cwd", is_first ? "/var/task" : "/tmp"},
        {"LEFT", is_first ? json() : json(secret)}};
}

json remains_of(const json& found) {
    json remains;
    for (const char* name : {"tmp", "shm", "globals", "cwd"}) {
        remains[name] = found.at(name);
    }
    remains["LEFT"] = found.at("environment").value("LEFT", json());
    return remains;
}

}  // namespace

std::string_view name_of(EchoAct act) {
    switch (act) {
        case EchoAct::kEcho:
            return "echo";
        case EchoAct::kHangUp:
            return "slow";
        case EchoAct::kLate:
            return "late";
        case EchoAct::kDie:
            return "die";
        case EchoAct::kFail:
            return "fail";
    }
    return "";
}

std::string EchoCall::payload() const {
    return R"({"nonce":")" + nonce + R"(","act":")" + std::string(name_of(act)) + R"(","fill":")" +
           fill + "\"}";
}

void EchoCheck::take(const EchoCall& call, const EchoAnswer& answer) {
    answers_ += 1;
    if (answer.status != 200) {
        mismatch(call.nonce + ": status " + std::to_string(answer.status) + " " + answer.body);
        return;
    }
    const auto [known, is_new] = requests_.emplace(answer.request_id, call.nonce);
    if (!is_new) {
        mismatch(call.nonce + ": has the request id of " + known->second);
    }
    const std::string foreign = foreign_mark(answer.body, call.target->secret);
    if (!foreign.empty()) {
        mismatch(call.nonce + ": " + call.target->secret + " sees " + foreign);
    }
    try {
        if (call.act == EchoAct::kEcho) {
            take_echo(call, answer);
        } else {
            take_error(call, answer);
        }
    } catch (const json::exception& broken) {
        mismatch(call.nonce + ": " + broken.what() + ": " + answer.body.substr(0, 200));
    }
}

void EchoCheck::take_echo(const EchoCall& call, const EchoAnswer& answer) {
    const auto body = json::parse(answer.body);
    const EchoTarget& target = *call.target;
    for (const auto& [name, value] : expected(call, answer)) {
        if (body.at(name) != value) {
            mismatch(call.nonce + ": " + name + " is " + body.at(name).dump());
        }
    }
    const json& variables = body.at("found").at("environment");
    for (const auto& [name, value] : expected_variables(target, body)) {
        if (variables.value(name, json()) != value) {
            mismatch(call.nonce + ": " + name + " is " + variables.value(name, json()).dump());
        }
    }
    const json remains = remains_of(body.at("found"));
    if (remains != expected_remains(body, target.secret)) {
        mismatch(call.nonce + ": finds " + remains.dump());
    }
    if (const std::string key = variables.value("AWS_ACCESS_KEY_ID", ""); !key.empty()) {
        const auto [owner, is_new] = keys_.emplace(key, target.function);
        if (owner->second != target.function) {
            mismatch(call.nonce + ": " + target.function + " has the key of " + owner->second);
        }
    }
    const std::string instance = body.at("instance");
    const std::string stream = body.at("stream");
    Story& story = stories_[instance];
    if (story.target == nullptr) {
        story.target = &target;
        story.stream = stream;
    }
    if (story.target->secret != target.secret || story.stream != stream ||
        streams_.emplace(stream, instance).first->second != instance) {
        mismatch(call.nonce + ": environment " + instance + " served two or has two streams");
    }
    story.turns.push_back({body.at("served"), call.nonce, body.at("previous")});
    lines_[target.function].emplace_back(call.nonce, stream);
}

// The error must be of this very call.
void EchoCheck::take_error(const EchoCall& call, const EchoAnswer& answer) {
    const auto body = json::parse(answer.body);
    const std::string message = body.at("errorMessage");
    if (answer.function_error != "Unhandled") {
        mismatch(call.nonce + ": X-Amz-Function-Error is \"" + answer.function_error + "\"");
    }
    const bool is_own = call.act == EchoAct::kFail
                            ? message == call.nonce
                            : message.find(answer.request_id) != std::string::npos;
    const std::string_view wanted = call.act == EchoAct::kLate  ? "Task timed out after"
                                    : call.act == EchoAct::kDie ? "exit status 9"
                                                                : "";
    if (!is_own || message.find(wanted) == std::string::npos) {
        mismatch(
            call.nonce + ": a call that should " + std::string(name_of(call.act)) + " got " +
            message
        );
    }
}

void EchoCheck::finish() {
    for (auto& [instance, story] : stories_) {
        follow(instance, story);
    }
}

void EchoCheck::follow(const std::string& instance, Story& story) {
    std::sort(story.turns.begin(), story.turns.end(), [](const Turn& a, const Turn& b) {
        return a.served < b.served;
    });
    std::uint64_t served = 0;
    std::string nonce;
    for (const Turn& turn : story.turns) {
        const bool follows = turn.served == served + 1;
        if ((!follows && gaps_ == Gaps::kNone) || turn.served == served) {
            mismatch(
                instance + ": serves its call " + std::to_string(turn.served) + " after " +
                std::to_string(served)
            );
        }
        if (follows && turn.previous != nonce) {
            mismatch(turn.nonce + ": follows " + turn.previous + ", not " + nonce);
        }
        served = turn.served;
        nonce = turn.nonce;
    }
}

EchoCheck::Counts EchoCheck::counts() const {
    return {answers_, stories_.size(), mismatches_};
}

void EchoCheck::mismatch(std::string sentence) {
    mismatches_ += 1;
    if (sentences_.size() < kSentencesMax) {
        sentences_.push_back(std::move(sentence));
    }
}

}  // namespace lambent::tests
