#pragma once

#include "app/cli/client/lambda_api.h"
#include "app/cli/client/platform_api.h"
#include "app/cli/measure/interruption.h"
#include "app/cli/measure/memory_setting.h"
#include "app/cli/measure/samples.h"
#include "app/cli/terminal/progress.h"

namespace lambent::cli {

// Carries a plan out: calls one function again and again, one call after the other, memory size
// after memory size; at each first cold starts, each on a machine that has come to rest, then warm
// calls, then calls after idle. What a call really met stands in its record, and its times count
// for that alone. Leaves the function's configuration as it was.
class Measuring {
  public:
    struct Services {
        LambdaApi& lambda;
        PlatformApi& platform;
        Progress& progress;
        const Interruption& interruption;
    };
    Measuring(Services services, MeasurePlan plan) : services_(services), plan_(std::move(plan)) {}

    // kDeadline when it was interrupted: nothing half measured is shown.
    Result<Measurement> run();

  private:
    struct Wanted {
        StartKind kind = StartKind::kWarm;
        std::size_t calls = 0;
    };

    Result<void> measure_size(std::uint32_t memory_mb);
    Result<void> measure_cold(StartKind kind, SizeMeasurement& size);
    Result<void> measure_warm(Wanted wanted, SizeMeasurement& size);
    // Whether such a cold start can be had: there may be no stems.
    Result<bool> prepare_cold(StartKind kind);
    Result<bool> wait_for_stems();
    Result<void> call(StartKind wanted, SizeMeasurement& size);
    Result<InvokeAnswer> invoke(InvokeStart start);
    Result<void> go_on() const;
    Samples& samples_of(StartKind kind, SizeMeasurement& size);
    void note(const std::string& remark);

    Services services_;
    MeasurePlan plan_;
    Measurement measurement_;
};

}  // namespace lambent::cli
