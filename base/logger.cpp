#include "base/logger.h"

#include "base/line_output.h"
#include "base/time_format.h"

#include <nlohmann/json.hpp>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <chrono>
#include <type_traits>

namespace lambent {
namespace {

std::string json_text(std::string_view text) {
    const nlohmann::json value = text;
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void append_member(std::string& line, const LogField& field) {
    line += ',';
    line += json_text(field.key);
    line += ':';
    std::visit(
        [&line](const auto& value) {
            using Value = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<Value, std::string>) {
                line += json_text(value);
            } else {
                line += nlohmann::json(value).dump();
            }
        },
        field.value
    );
}

std::string_view name_of(LogLevel level) {
    switch (level) {
        case LogLevel::kDebug:
            return "debug";
        case LogLevel::kInfo:
            return "info";
        case LogLevel::kWarn:
            return "warn";
        default:
            return "error";
    }
}

// On its lock nobody waits for long: LineOutput does not wait for who reads.
class StderrSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
  protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        std::string line(message.payload.data(), message.payload.size());
        line += '\n';
        output_.write(line);
    }
    void flush_() override {}

  private:
    LineOutput output_{STDERR_FILENO};
};

}  // namespace

struct Logger::Sink {
    explicit Sink(LogLevel threshold) : level(threshold) {
        if (threshold != LogLevel::kOff) {
            out = std::make_shared<spdlog::logger>("lambent", std::make_shared<StderrSink>());
            out->set_level(spdlog::level::trace);
        }
    }
    LogLevel level;
    std::shared_ptr<spdlog::logger> out;  // null when silent
};

Logger Logger::to_stderr(LogLevel level) {
    return Logger(std::make_shared<Sink>(level));
}

Logger Logger::silent() {
    return Logger(std::make_shared<Sink>(LogLevel::kOff));
}

Logger Logger::with(std::initializer_list<LogField> fields) const {
    Logger copy = *this;
    for (const LogField& field : fields) {
        append_member(copy.bound_, field);
    }
    return copy;
}

void Logger::debug(std::string_view event, std::initializer_list<LogField> fields) const {
    write(LogLevel::kDebug, event, fields);
}
void Logger::info(std::string_view event, std::initializer_list<LogField> fields) const {
    write(LogLevel::kInfo, event, fields);
}
void Logger::warn(std::string_view event, std::initializer_list<LogField> fields) const {
    write(LogLevel::kWarn, event, fields);
}
void Logger::error(std::string_view event, std::initializer_list<LogField> fields) const {
    write(LogLevel::kError, event, fields);
}

void Logger::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields)
    const {
    if (level < sink_->level || !sink_->out) {
        return;
    }
    std::string line = "{\"time\":\"";
    line += iso8601_ms(std::chrono::system_clock::now());
    line += "\",\"level\":\"";
    line += name_of(level);
    line += "\",\"event\":";
    line += json_text(event);
    line += bound_;
    for (const LogField& field : fields) {
        append_member(line, field);
    }
    line += '}';
    sink_->out->info(line);
}

}  // namespace lambent
