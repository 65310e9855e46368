#include "sandbox/protocol/claim_codec.h"

#include <bit>
#include <cstring>

namespace lambent::sandbox {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr char kEquip = 1;
constexpr char kEquipped = 2;

class ClaimWriter {
  public:
    explicit ClaimWriter(char kind, std::size_t room) {
        bytes_.reserve(room);
        bytes_ += kind;
    }

    void put(std::uint64_t number) {
        char raw[sizeof number];
        std::memcpy(raw, &number, sizeof number);
        bytes_.append(raw, sizeof raw);
    }
    void put(const std::string& text) {
        put(text.size());
        bytes_ += text;
    }
    std::string take() { return std::move(bytes_); }

  private:
    std::string bytes_;
};

// What is missing reads as zero and empty, and is told at the end.
class ClaimReader {
  public:
    ClaimReader(char kind, std::string_view text) : left_(text) {
        good_ = !text.empty() && text.front() == kind;
        left_.remove_prefix(good_ ? 1 : 0);
    }

    std::uint64_t number() {
        std::uint64_t value = 0;
        if (const std::string_view raw = take(sizeof value); !raw.empty()) {
            std::memcpy(&value, raw.data(), sizeof value);
        }
        return value;
    }
    std::uint32_t small_number() {
        const std::uint64_t value = number();
        good_ = good_ && value <= UINT32_MAX;
        return static_cast<std::uint32_t>(value);
    }
    std::string text() { return std::string(take(number())); }

    bool ended_well() const { return good_ && left_.empty(); }
    bool good() const { return good_; }

  private:
    std::string_view take(std::uint64_t size) {
        if (!good_ || size > left_.size()) {
            good_ = false;
            return {};
        }
        const std::string_view taken = left_.substr(0, size);
        left_.remove_prefix(size);
        return taken;
    }

    std::string_view left_;
    bool good_ = false;
};

Error malformed_claim() {
    return Error(Code::kInvalidArgument, "launcher", "malformed message: a claim's");
}

}  // namespace

bool is_claim_message(std::string_view text) {
    return !text.empty() && (text.front() == kEquip || text.front() == kEquipped);
}

std::string encode_claim(const EquipRequest& request) {
    const Equipment& what = request.what;
    ClaimWriter to(kEquip, 512 + what.message.size());
    to.put(request.id);
    to.put(what.memory_bytes);
    to.put(what.tmp_bytes);
    to.put(what.cpu.micro_cores);
    to.put(what.processes_max);
    to.put(what.binds.size());
    for (const ReadOnlyBind& bind : what.binds) {
        to.put(bind.host_path);
        to.put(bind.cell_path);
    }
    to.put(what.message);
    return to.take();
}

std::string encode_claim(const Equipped& equipped) {
    ClaimWriter to(kEquipped, 64 + equipped.problem.size());
    to.put(equipped.id);
    to.put(static_cast<std::uint64_t>(equipped.mounted_ns));
    to.put(static_cast<std::uint64_t>(equipped.limited_ns));
    to.put(equipped.problem);
    return to.take();
}

Result<EquipRequest> decode_equip_request(std::string_view text) {
    ClaimReader from(kEquip, text);
    EquipRequest request;
    Equipment& what = request.what;
    request.id = from.number();
    what.memory_bytes = from.number();
    what.tmp_bytes = from.number();
    what.cpu.micro_cores = from.small_number();
    what.processes_max = from.small_number();
    for (std::uint64_t left = from.number(); left > 0 && from.good(); --left) {
        std::string host_path = from.text();
        what.binds.push_back({std::move(host_path), from.text()});
    }
    what.message = from.text();
    return from.ended_well() ? Result<EquipRequest>(std::move(request)) : malformed_claim();
}

Result<Equipped> decode_equipped(std::string_view text) {
    ClaimReader from(kEquipped, text);
    Equipped equipped;
    equipped.id = from.number();
    equipped.mounted_ns = static_cast<std::int64_t>(from.number());
    equipped.limited_ns = static_cast<std::int64_t>(from.number());
    equipped.problem = from.text();
    return from.ended_well() ? Result<Equipped>(std::move(equipped)) : malformed_claim();
}

}  // namespace lambent::sandbox
