#include "app/cli/measure/measuring.h"

#include "app/cli/terminal/format.h"

#include <algorithm>
#include <chrono>

namespace lambent::cli {
namespace {

using std::chrono::milliseconds;

// So that what ended or was raised before does not disturb the next cold start.
constexpr milliseconds kRest{20};

bool is_kind(const Record& record, StartKind wanted) {
    if (is_cold(wanted)) {
        return record.source == key_of(wanted);
    }
    return record.source == "warm" || record.source == "provisioned";
}

InvokeStart start_of(StartKind kind) {
    switch (kind) {
        case StartKind::kStem:
            return InvokeStart::kForceCold;
        case StartKind::kBoot:
            return InvokeStart::kForceBoot;
        default:
            return InvokeStart::kAny;
    }
}

std::size_t place_of(StartKind kind) {
    return static_cast<std::size_t>(
        std::find(kStartKinds.begin(), kStartKinds.end(), kind) - kStartKinds.begin()
    );
}

}  // namespace

Result<Measurement> Measuring::run() {
    LAMBENT_TRY(const auto found, services_.lambda.find(plan_.function));
    if (!found) {
        return Error(
            Code::kNotFound, "there is no function " + plan_.function + " — see: lambent ls"
        );
    }
    const auto began = std::chrono::steady_clock::now();
    measurement_.runtime = found->settings.runtime;
    measurement_.code_sha256 = found->code_sha256;
    MemorySetting memory(services_.lambda, plan_.function, found->settings.memory_mb);
    if (plan_.memory_mb.empty()) {
        plan_.memory_mb.push_back(memory.own_mb());
    }
    for (const std::uint32_t mb : plan_.memory_mb) {
        LAMBENT_TRY(memory.set(mb));
        LAMBENT_TRY(measure_size(mb));
    }
    LAMBENT_TRY(memory.restore());
    services_.progress.clear();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    measurement_.seconds = took.count();
    measurement_.plan = plan_;
    return std::move(measurement_);
}

// A first call that is not measured says which stems are wanted. The files are read by the daemon:
// what a cell read first leaves the page cache with the cell where control groups are of version 1.
Result<void> Measuring::measure_size(std::uint32_t memory_mb) {
    SizeMeasurement size;
    size.memory_mb = memory_mb;
    if (plan_.page_cache == PageCache::kWarm) {
        LAMBENT_TRY(services_.platform.fill_page_cache(plan_.function));
    }
    LAMBENT_TRY(invoke(InvokeStart::kForceCold));
    if (plan_.cold > 0 && plan_.from != ColdFrom::kBoot) {
        LAMBENT_TRY(measure_cold(StartKind::kStem, size));
    }
    if (plan_.cold > 0 && plan_.from != ColdFrom::kStem) {
        LAMBENT_TRY(measure_cold(StartKind::kBoot, size));
    }
    if (plan_.warm > 0) {
        LAMBENT_TRY(invoke(InvokeStart::kAny));
        LAMBENT_TRY(measure_warm({StartKind::kWarm, plan_.warm}, size));
    }
    if (plan_.idle.count() > 0) {
        LAMBENT_TRY(invoke(InvokeStart::kAny));
        LAMBENT_TRY(measure_warm({StartKind::kAfterIdle, plan_.idle_calls}, size));
    }
    std::erase_if(size.samples, [](const Samples& samples) { return samples.count() == 0; });
    measurement_.sizes.push_back(std::move(size));
    return {};
}

// Calls that met another start are made again, so often at most as were wanted.
Result<void> Measuring::measure_cold(StartKind kind, SizeMeasurement& size) {
    const std::size_t tries_max = 2 * plan_.cold;
    for (std::size_t tries = 0; tries < tries_max; ++tries) {
        const std::size_t done = samples_of(kind, size).count();
        if (done == plan_.cold) {
            return {};
        }
        const std::string what =
            std::string(title_of(kind)) + ", " + std::to_string(size.memory_mb) + " MB";
        services_.progress.count(what, done, plan_.cold);
        LAMBENT_TRY(const bool ready, prepare_cold(kind));
        if (!ready) {
            note("There were no stems for this function, so no cold starts from them.");
            return {};
        }
        LAMBENT_TRY(call(kind, size));
    }
    return {};
}

Result<bool> Measuring::prepare_cold(StartKind kind) {
    LAMBENT_TRY(go_on());
    LAMBENT_TRY(services_.platform.evict(plan_.function));
    services_.interruption.wait(kRest);
    bool ready = true;
    if (kind == StartKind::kStem) {
        LAMBENT_TRY(ready, wait_for_stems());
    }
    if (plan_.page_cache == PageCache::kDropped) {
        LAMBENT_TRY(measurement_.dropped, services_.platform.drop_page_cache(plan_.function));
    }
    return ready;
}

// All that are wanted, so that none is being raised beside the call; some, when time is up. It is
// up soon when none are wanted: the daemon has no stems, or none that can become this function.
Result<bool> Measuring::wait_for_stems() {
    constexpr milliseconds kPause{5};
    constexpr milliseconds kTimeMax{10'000};
    constexpr milliseconds kTimeMaxOfFirst{60'000};
    constexpr milliseconds kTimeMaxUnwanted{500};
    const auto begin = std::chrono::steady_clock::now();
    for (;;) {
        LAMBENT_TRY(const StemsView stems, services_.platform.stems(plan_.function));
        const auto waited = std::chrono::steady_clock::now() - begin;
        const milliseconds time_max = stems.wanted == 0 ? kTimeMaxUnwanted
                                      : stems.ready > 0 ? kTimeMax
                                                        : kTimeMaxOfFirst;
        const bool late = waited >= time_max;
        if (late || (stems.ready > 0 && stems.ready >= stems.wanted)) {
            return stems.ready > 0;
        }
        services_.interruption.wait(kPause);
        LAMBENT_TRY(go_on());
    }
}

Result<void> Measuring::measure_warm(Wanted wanted, SizeMeasurement& size) {
    const std::string what =
        std::string(title_of(wanted.kind)) + ", " + std::to_string(size.memory_mb) + " MB";
    for (std::size_t i = 0; i < wanted.calls; ++i) {
        services_.progress.count(what, i, wanted.calls);
        LAMBENT_TRY(go_on());
        if (wanted.kind == StartKind::kAfterIdle) {
            services_.interruption.wait(plan_.idle);
            LAMBENT_TRY(go_on());
        }
        LAMBENT_TRY(call(wanted.kind, size));
    }
    return {};
}

Result<void> Measuring::call(StartKind wanted, SizeMeasurement& size) {
    LAMBENT_TRY(const InvokeAnswer answer, invoke(start_of(wanted)));
    const Record& record = *answer.record;
    if (!is_kind(record, wanted)) {
        size.misses += 1;
        return {};
    }
    const bool provisioned = record.source == "provisioned";
    const StartKind met = provisioned ? StartKind::kProvisioned : wanted;
    Samples& samples = samples_of(met, size);
    samples.errors += answer.function_error.empty() ? 0 : 1;
    samples.add(record, answer.elapsed.count());
    return {};
}

Result<InvokeAnswer> Measuring::invoke(InvokeStart start) {
    InvokeCall call;
    call.name = plan_.function;
    call.payload = plan_.payload;
    call.start = start;
    LAMBENT_TRY(InvokeAnswer answer, services_.lambda.invoke(call));
    if (!answer.record) {
        return Error(
            Code::kUnavailable, "the daemon sent no record of the invocation; is it this version?"
        );
    }
    return answer;
}

Result<void> Measuring::go_on() const {
    if (services_.interruption.happened()) {
        return Error(Code::kDeadline, "interrupted; the function is configured as it was");
    }
    return {};
}

Samples& Measuring::samples_of(StartKind kind, SizeMeasurement& size) {
    auto place = size.samples.begin();
    while (place != size.samples.end() && place_of(place->kind) < place_of(kind)) {
        ++place;
    }
    if (place == size.samples.end() || place->kind != kind) {
        place = size.samples.insert(place, Samples());
        place->kind = kind;
    }
    return *place;
}

void Measuring::note(const std::string& remark) {
    auto& remarks = measurement_.remarks;
    if (std::find(remarks.begin(), remarks.end(), remark) == remarks.end()) {
        remarks.push_back(remark);
    }
}

}  // namespace lambent::cli
