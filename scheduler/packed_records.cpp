#include "scheduler/packed_records.h"

#include <array>
#include <bit>
#include <cstdint>

namespace lambent::scheduler {
namespace {

using runtime::OutcomeKind;
using std::chrono::microseconds;

constexpr std::size_t kNumberBytes = 8;

// In the order in which they are packed.
constexpr std::array kTexts = {
    &InvocationRecord::request_id,
    &InvocationRecord::function,
    &InvocationRecord::revision_id,
    &InvocationRecord::log_stream,
    &InvocationRecord::error_type,
};
constexpr std::array kPhases = {
    &Phases::queue_wait,
    &Phases::admission,
    &Phases::cell_claim,
    &Phases::mount_and_limits,
    &Phases::runtime_boot,
    &Phases::extension_init,
    &Phases::function_init,
    &Phases::handler,
    &Phases::response_transfer,
    &Phases::freeze,
};
// An enumerator is packed as its place in these.
constexpr std::array kOutcomes = {
    OutcomeKind::kSuccess,
    OutcomeKind::kFunctionError,
    OutcomeKind::kTimeout,
    OutcomeKind::kOutOfMemory,
    OutcomeKind::kExited,
    OutcomeKind::kTooLarge,
};
constexpr std::array kSources = {
    StartSource::kWarm,
    StartSource::kStem,
    StartSource::kBoot,
    StartSource::kProvisioned,
};

template <class T, std::size_t kCount>
std::uint64_t place_of(T wanted, const std::array<T, kCount>& all) {
    std::uint64_t place = 0;
    while (place < kCount && all[place] != wanted) {
        ++place;
    }
    return place;
}

class Writer {
  public:
    explicit Writer(std::string& into) : into_(into) {}

    void number(std::uint64_t value) {
        std::array<char, kNumberBytes> bytes;
        for (char& byte : bytes) {
            byte = static_cast<char>(value & 0xFF);
            value >>= 8;
        }
        into_.append(bytes.data(), bytes.size());
    }
    void signed_number(std::int64_t value) { number(static_cast<std::uint64_t>(value)); }
    void real(double value) { number(std::bit_cast<std::uint64_t>(value)); }
    void text(const std::string& value) {
        number(value.size());
        into_.append(value);
    }

  private:
    std::string& into_;
};

// Reads zeros and empty texts behind the end, and says so.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    bool at_end() const { return bytes_.empty(); }
    bool ran_out() const { return ran_out_; }
    std::uint64_t number() {
        std::uint64_t value = 0;
        const std::string_view taken = take(kNumberBytes);
        for (std::size_t i = taken.size(); i > 0; --i) {
            value = (value << 8) | static_cast<unsigned char>(taken[i - 1]);
        }
        return value;
    }
    std::int64_t signed_number() { return static_cast<std::int64_t>(number()); }
    double real() { return std::bit_cast<double>(number()); }
    std::string text() { return std::string(take(number())); }
    template <class T, std::size_t kCount>
    T one_of(const std::array<T, kCount>& all) {
        const std::uint64_t place = number();
        ran_out_ = ran_out_ || place >= kCount;
        return all[place < kCount ? place : 0];
    }

  private:
    std::string_view take(std::uint64_t size) {
        if (size > bytes_.size()) {
            ran_out_ = true;
            bytes_ = {};
            return {};
        }
        const std::string_view taken = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return taken;
    }

    std::string_view bytes_;
    bool ran_out_ = false;
};

InvocationRecord read_record(Reader& reader) {
    InvocationRecord record;
    for (const auto text : kTexts) {
        record.*text = reader.text();
    }
    record.started_ms = reader.signed_number();
    record.source = reader.one_of(kSources);
    record.outcome = reader.one_of(kOutcomes);
    record.memory_mb = static_cast<std::uint32_t>(reader.number());
    record.memory_peak_bytes = reader.number();
    record.duration = microseconds(reader.signed_number());
    record.init_duration = microseconds(reader.signed_number());
    record.billed_ms = reader.signed_number();
    record.gb_seconds = reader.real();
    record.cost_usd = reader.real();
    for (const auto phase : kPhases) {
        record.phases.*phase = microseconds(reader.signed_number());
    }
    return record;
}

}  // namespace

void pack(const InvocationRecord& record, std::string& into) {
    Writer writer(into);
    for (const auto text : kTexts) {
        writer.text(record.*text);
    }
    writer.signed_number(record.started_ms);
    writer.number(place_of(record.source, kSources));
    writer.number(place_of(record.outcome, kOutcomes));
    writer.number(record.memory_mb);
    writer.number(record.memory_peak_bytes);
    writer.signed_number(record.duration.count());
    writer.signed_number(record.init_duration.count());
    writer.signed_number(record.billed_ms);
    writer.real(record.gb_seconds);
    writer.real(record.cost_usd);
    for (const auto phase : kPhases) {
        writer.signed_number((record.phases.*phase).count());
    }
}

Result<std::vector<InvocationRecord>> unpack_records(std::string_view packed) {
    std::vector<InvocationRecord> records;
    Reader reader(packed);
    while (!reader.at_end()) {
        records.push_back(read_record(reader));
        if (reader.ran_out()) {
            return Error(Code::kCorrupted, "records", "stored records cannot be read");
        }
    }
    return records;
}

}  // namespace lambent::scheduler
