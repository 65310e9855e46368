#include "triggers/objects/checksum.h"

#include "base/files/content_hash.h"

#include <boost/crc.hpp>
#include <zlib.h>

#include <array>
#include <cstdint>
#include <utility>
#include <variant>

namespace lambent::triggers {
namespace {

struct Crc32 {
    std::uint32_t value = 0;
};
using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;
using Crc64Nvme = boost::crc_optimal<
    64,
    0xAD93D23594C93659ULL,
    0xFFFFFFFFFFFFFFFFULL,
    0xFFFFFFFFFFFFFFFFULL,
    true,
    true>;
using Running = std::variant<std::monostate, Crc32, Crc32c, Crc64Nvme, Digest>;

Running start(ChecksumKind kind) {
    switch (kind) {
        case ChecksumKind::kNone:
            return std::monostate{};
        case ChecksumKind::kCrc32:
            return Crc32{};
        case ChecksumKind::kCrc32c:
            return Crc32c{};
        case ChecksumKind::kCrc64Nvme:
            return Crc64Nvme{};
        case ChecksumKind::kSha1:
            return Digest(HashKind::kSha1);
        case ChecksumKind::kSha256:
            return Digest(HashKind::kSha256);
    }
    return std::monostate{};
}

std::string big_endian(std::uint64_t value, std::size_t bytes) {
    std::string text(bytes, '\0');
    for (std::size_t i = bytes; i > 0; --i) {
        text[i - 1] = static_cast<char>(value & 0xFF);
        value >>= 8;
    }
    return text;
}

struct Feed {
    std::string_view bytes;
    void operator()(std::monostate&) const {}
    void operator()(Crc32& crc) const {
        const auto* data = reinterpret_cast<const Bytef*>(bytes.data());
        crc.value = static_cast<std::uint32_t>(::crc32_z(crc.value, data, bytes.size()));
    }
    void operator()(Digest& digest) const { digest.update(bytes); }
    template <class Crc>
    void operator()(Crc& crc) const {
        crc.process_bytes(bytes.data(), bytes.size());
    }
};

struct Finish {
    std::string operator()(std::monostate&) const { return {}; }
    std::string operator()(Crc32& crc) const { return big_endian(crc.value, 4); }
    std::string operator()(Crc32c& crc) const { return big_endian(crc.checksum(), 4); }
    std::string operator()(Crc64Nvme& crc) const { return big_endian(crc.checksum(), 8); }
    std::string operator()(Digest& digest) const { return digest.finish(); }
};

struct Named {
    ChecksumKind kind;
    std::string_view name;
    std::size_t bytes;
};
constexpr std::array kNames = {
    Named{ChecksumKind::kCrc32, "CRC32", 4},
    Named{ChecksumKind::kCrc32c, "CRC32C", 4},
    Named{ChecksumKind::kCrc64Nvme, "CRC64NVME", 8},
    Named{ChecksumKind::kSha1, "SHA1", 20},
    Named{ChecksumKind::kSha256, "SHA256", 32},
};

}  // namespace

std::string_view to_string(ChecksumKind kind) {
    for (const Named& named : kNames) {
        if (named.kind == kind) {
            return named.name;
        }
    }
    return "";
}

ChecksumKind checksum_kind(std::string_view name) {
    for (const Named& named : kNames) {
        if (named.name == name) {
            return named.kind;
        }
    }
    return ChecksumKind::kNone;
}

std::size_t checksum_bytes(ChecksumKind kind) {
    for (const Named& named : kNames) {
        if (named.kind == kind) {
            return named.bytes;
        }
    }
    return 0;
}

struct Checksum::State {
    Running running;
};

Checksum::Checksum(ChecksumKind kind) : state_(std::make_unique<State>(State{start(kind)})) {}
Checksum::~Checksum() = default;
Checksum::Checksum(Checksum&&) noexcept = default;
Checksum& Checksum::operator=(Checksum&&) noexcept = default;

void Checksum::update(std::string_view bytes) {
    std::visit(Feed{bytes}, state_->running);
}

std::string Checksum::finish() {
    return std::visit(Finish{}, state_->running);
}

}  // namespace lambent::triggers
