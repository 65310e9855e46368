#include "app/cli/measure/samples.h"

#include <algorithm>

namespace lambent::cli {

std::string_view key_of(StartKind kind) {
    switch (kind) {
        case StartKind::kStem:
            return "stem";
        case StartKind::kBoot:
            return "boot";
        case StartKind::kWarm:
            return "warm";
        case StartKind::kAfterIdle:
            return "afterIdle";
        case StartKind::kProvisioned:
            break;
    }
    return "provisioned";
}

std::string_view title_of(StartKind kind) {
    switch (kind) {
        case StartKind::kStem:
            return "cold start from a stem";
        case StartKind::kBoot:
            return "cold start by a boot";
        case StartKind::kWarm:
            return "warm call";
        case StartKind::kAfterIdle:
            return "warm call after idle";
        case StartKind::kProvisioned:
            break;
    }
    return "provisioned call";
}

bool is_cold(StartKind kind) {
    return kind == StartKind::kStem || kind == StartKind::kBoot;
}

std::string_view time_key(std::size_t time) {
    if (time < kPhases.size()) {
        return kPhases.at(time).key;
    }
    return time == kAllPhases ? "allPhases" : "client";
}

std::string_view time_label(std::size_t time) {
    if (time < kPhases.size()) {
        return kPhases.at(time).label;
    }
    return time == kAllPhases ? "all phases" : "seen by the client";
}

double Samples::usd_per_million() const {
    return count() == 0 ? 0 : cost_usd / static_cast<double>(count()) * 1e6;
}

void Samples::add(const Record& record, std::int64_t client_us) {
    for (std::size_t i = 0; i < kPhases.size(); ++i) {
        times_us.at(i).push_back(record.phases.at(i));
    }
    times_us[kAllPhases].push_back(total_of(record.phases));
    times_us[kSeenByClient].push_back(client_us);
    billed_ms.push_back(record.billed_ms);
    cost_usd += record.cost_usd;
}

const Samples* SizeMeasurement::find(StartKind kind) const {
    const auto found = std::find_if(samples.begin(), samples.end(), [kind](const Samples& one) {
        return one.kind == kind;
    });
    return found == samples.end() ? nullptr : &*found;
}

const Samples* Measurement::find(std::uint32_t memory_mb, StartKind kind) const {
    for (const SizeMeasurement& size : sizes) {
        if (size.memory_mb == memory_mb) {
            return size.find(kind);
        }
    }
    return nullptr;
}

std::size_t Measurement::errors() const {
    std::size_t errors = 0;
    for (const SizeMeasurement& size : sizes) {
        for (const Samples& samples : size.samples) {
            errors += samples.errors;
        }
    }
    return errors;
}

}  // namespace lambent::cli
