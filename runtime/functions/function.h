#pragma once

#include "base/clock.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace lambent::runtime {

// The account and region every ARN of this installation names. AWS clients need some; the account
// is LocalStack's and SAM's conventional one so that existing templates keep working.
inline constexpr char kAccountId[] = "000000000000";

inline constexpr char kLatest[] = "$LATEST";  // the version that can be changed

inline constexpr std::uint64_t kMebibyte = 1ULL << 20;  // "MB" in Lambda's documents

// How a version of a function is named among all versions of all functions: "name" for $LATEST,
// "name:3" for a published one.
inline std::string version_key(const std::string& name, const std::string& version) {
    return version == kLatest ? name : name + ":" + version;
}

inline std::string function_arn(const std::string& region, const std::string& name) {
    std::string arn;
    arn.reserve(48 + region.size() + name.size());
    arn.append("arn:aws:lambda:").append(region).append(":").append(kAccountId);
    return arn.append(":function:").append(name);
}

// One function as it is configured now, or one published version of it. Immutable: an update makes
// a new one with a new revision.
struct Function {
    std::string name;
    std::string published_key;  // "name:3"; empty for $LATEST
    std::string runtime;        // "python3.12", "nodejs20.x", "provided.al2023"
    std::string handler;
    std::string role;
    std::string description;
    std::uint32_t memory_mb = 128;
    std::uint32_t timeout_s = 3;
    std::uint32_t ephemeral_storage_mb = 512;
    std::map<std::string, std::string> environment;
    std::map<std::string, std::string> tags;
    std::string architecture = "x86_64";
    std::string package_sha256;  // hex; names the package in the PackageStore
    std::uint64_t package_bytes = 0;
    std::string revision_id;
    WallTime last_modified;
    std::string dead_letter_arn;  // where failed asynchronous events go; empty: nowhere

    const std::string& key() const { return published_key.empty() ? name : published_key; }
    std::string version() const {
        return published_key.empty() ? kLatest : published_key.substr(name.size() + 1);
    }
    std::string arn(const std::string& region) const { return function_arn(region, name); }
    // With the version's number, which $LATEST has not.
    std::string version_arn(const std::string& region) const {
        return published_key.empty() ? arn(region) : arn(region) + ":" + version();
    }
    std::string log_group() const { return "/aws/lambda/" + name; }
    // Whether the platform's own endpoint is reachable from inside the cell: the tag
    // "lambent:endpoint" = "open". Closed by default.
    bool endpoint_open() const {
        const auto tag = tags.find("lambent:endpoint");
        return tag != tags.end() && tag->second == "open";
    }
};

// Shared by the registry, the invocations that run and the environments of that revision.
using FunctionPtr = std::shared_ptr<const Function>;

}  // namespace lambent::runtime
