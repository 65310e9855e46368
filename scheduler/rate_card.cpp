#include "scheduler/rate_card.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <functional>
#include <map>

namespace lambent::scheduler {
namespace {

// Sets one member; false when the value does not fit it.
using Setter = std::function<bool(RateCard&, const nlohmann::json&)>;

Setter set(double RateCard::*member) {
    return [member](RateCard& card, const nlohmann::json& value) {
        const double number = value.is_number() ? value.get<double>() : -1;
        card.*member = number;
        return number >= 0 && std::isfinite(number);
    };
}

Setter set(std::uint64_t RateCard::*member) {
    return [member](RateCard& card, const nlohmann::json& value) {
        if (!value.is_number_unsigned()) {
            return false;
        }
        card.*member = value.get<std::uint64_t>();
        return true;
    };
}

const std::map<std::string, Setter, std::less<>>& setters() {
    static const std::map<std::string, Setter, std::less<>> table = {
        {"x86_64_usd_per_gb_second", set(&RateCard::x86_64_usd_per_gb_second)},
        {"arm64_usd_per_gb_second", set(&RateCard::arm64_usd_per_gb_second)},
        {"x86_64_provisioned_usd_per_gb_second",
         set(&RateCard::x86_64_provisioned_usd_per_gb_second)},
        {"arm64_provisioned_usd_per_gb_second",
         set(&RateCard::arm64_provisioned_usd_per_gb_second)},
        {"usd_per_million_requests", set(&RateCard::usd_per_million_requests)},
        {"x86_64_provisioning_usd_per_gb_second",
         set(&RateCard::x86_64_provisioning_usd_per_gb_second)},
        {"ephemeral_storage_usd_per_gb_second",
         set(&RateCard::ephemeral_storage_usd_per_gb_second)},
        {"async_first_request_bytes", set(&RateCard::async_first_request_bytes)},
        {"async_further_request_bytes", set(&RateCard::async_further_request_bytes)},
    };
    return table;
}

Error invalid(const std::string& key, const std::string& message) {
    return Error(Code::kInvalidArgument, key, "rate card: " + message);
}

}  // namespace

Result<RateCard> RateCard::parse(std::string_view json) {
    const auto document = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
    if (!document.is_object()) {
        return invalid("", "not a JSON object");
    }
    RateCard card;
    for (const auto& [key, value] : document.items()) {
        const auto setter = setters().find(key);
        if (setter == setters().end()) {
            return invalid(key, "unknown key \"" + key + "\"");
        }
        if (!setter->second(card, value)) {
            return invalid(key, "\"" + key + "\" must be a number of its kind, not negative");
        }
    }
    if (card.async_further_request_bytes == 0) {
        return invalid("async_further_request_bytes", "a request of no bytes has no price");
    }
    return card;
}

std::string RateCard::to_json() const {
    const nlohmann::ordered_json document = {
        {"x86_64_usd_per_gb_second", x86_64_usd_per_gb_second},
        {"arm64_usd_per_gb_second", arm64_usd_per_gb_second},
        {"x86_64_provisioned_usd_per_gb_second", x86_64_provisioned_usd_per_gb_second},
        {"arm64_provisioned_usd_per_gb_second", arm64_provisioned_usd_per_gb_second},
        {"usd_per_million_requests", usd_per_million_requests},
        {"x86_64_provisioning_usd_per_gb_second", x86_64_provisioning_usd_per_gb_second},
        {"ephemeral_storage_usd_per_gb_second", ephemeral_storage_usd_per_gb_second},
        {"async_first_request_bytes", async_first_request_bytes},
        {"async_further_request_bytes", async_further_request_bytes},
    };
    return document.dump(2) + "\n";
}

}  // namespace lambent::scheduler
