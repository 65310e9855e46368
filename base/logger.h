#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lambent {

enum class LogLevel { kDebug, kInfo, kWarn, kError, kOff };

// One named value of a log line. Put the unit into the key ("wait_ms").
struct LogField {
    std::string_view key;
    std::variant<std::int64_t, double, bool, std::string> value;

    LogField(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
    LogField(std::string_view k, std::string_view v) : key(k), value(std::string(v)) {}
    LogField(std::string_view k, const char* v) : key(k), value(std::string(v)) {}
    template <class Integer>
    requires std::is_integral_v<Integer> LogField(std::string_view k, Integer v) : key(k) {
        if constexpr (std::is_same_v<Integer, bool>) {
            value = v;
        } else {
            value = static_cast<std::int64_t>(v);
        }
    }
    LogField(std::string_view k, double v) : key(k), value(v) {}
};

// What the platform says about itself: JSON lines on stderr, one stable snake_case event name per
// call site. Never secrets, never payloads, never guest output (that is runtime/logs). Borrowed by
// everybody through constructors; cheap to copy; any thread. `with` binds fields to a copy.
class Logger {
  public:
    static Logger to_stderr(LogLevel level);
    static Logger silent();

    Logger with(std::initializer_list<LogField> fields) const;

    void debug(std::string_view event, std::initializer_list<LogField> fields = {}) const;
    void info(std::string_view event, std::initializer_list<LogField> fields = {}) const;
    void warn(std::string_view event, std::initializer_list<LogField> fields = {}) const;
    void error(std::string_view event, std::initializer_list<LogField> fields = {}) const;

  private:
    struct Sink;  // shared by all copies of one logger; the last one flushes it
    explicit Logger(std::shared_ptr<Sink> sink) : sink_(std::move(sink)) {}
    void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields)
        const;

    std::shared_ptr<Sink> sink_;
    std::string bound_;  // already rendered as JSON members
};

}  // namespace lambent
