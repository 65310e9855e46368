#include "scheduler/report_lines.h"

#include "runtime/functions/function.h"
#include "scheduler/billing_meter.h"

namespace lambent::scheduler {
namespace {

// 1234567 us -> "1234.57"
void append_ms(std::string& line, std::chrono::microseconds time) {
    const std::int64_t hundredths = round_for_report(time).count() / 10;
    line += std::to_string(hundredths / 100);
    line += '.';
    line += static_cast<char>('0' + hundredths / 10 % 10);
    line += static_cast<char>('0' + hundredths % 10);
}

void append_status(std::string& line, runtime::OutcomeKind kind, std::string_view error_type) {
    if (kind == runtime::OutcomeKind::kTimeout) {
        line += "Status: timeout";
        return;
    }
    line += "Status: error\tError Type: ";
    line += error_type;
}

}  // namespace

std::string start_line(std::string_view request_id, std::string_view version) {
    std::string line = "START RequestId: ";
    line += request_id;
    line += " Version: ";
    line += version;
    return line;
}

std::string end_line(std::string_view request_id) {
    std::string line = "END RequestId: ";
    line += request_id;
    return line;
}

std::string report_line(const InvocationRecord& record, EnvironmentFate fate) {
    std::string line;
    line.reserve(240);
    line += "REPORT RequestId: ";
    line += record.request_id;
    line += "\tDuration: ";
    append_ms(line, record.duration);
    line += " ms\tBilled Duration: ";
    line += std::to_string(record.billed_ms);
    line += " ms\tMemory Size: ";
    line += std::to_string(record.memory_mb);
    line += " MB\tMax Memory Used: ";
    line +=
        std::to_string((record.memory_peak_bytes + runtime::kMebibyte - 1) / runtime::kMebibyte);
    line += " MB\t";
    if (record.init_duration.count() > 0) {
        line += "Init Duration: ";
        append_ms(line, record.init_duration);
        line += " ms\t";
    }
    if (fate == EnvironmentFate::kLost) {
        append_status(line, record.outcome, record.error_type);
    }
    return line;
}

std::string init_report_line(
    std::chrono::microseconds init_duration,
    InitPhase phase,
    runtime::OutcomeKind kind,
    std::string_view error_type
) {
    std::string line = "INIT_REPORT Init Duration: ";
    append_ms(line, init_duration);
    line += phase == InitPhase::kInit ? " ms\tPhase: init" : " ms\tPhase: invoke";
    if (kind != runtime::OutcomeKind::kSuccess) {
        line += '\t';
        append_status(line, kind, error_type);
    }
    return line;
}

}  // namespace lambent::scheduler
