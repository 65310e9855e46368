#include "runtime/functions/zip_directory.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace lambent::runtime {
namespace {

// Field offsets below are those of PKWARE's APPNOTE, sections 4.3.7 to 4.3.16 and 4.5.3.
constexpr std::string_view kEndMark("PK\5\6", 4);
constexpr std::string_view kEnd64Mark("PK\6\6", 4);
constexpr std::string_view kLocator64Mark("PK\6\7", 4);
constexpr std::string_view kCentralMark("PK\1\2", 4);
constexpr std::string_view kLocalMark("PK\3\4", 4);
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kLocator64Bytes = 20;
constexpr std::size_t kCentralBytes = 46;
constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kCommentMax = 65'535;
constexpr std::uint32_t kIn64 = 0xFFFFFFFF;  // "look into the zip64 field"
constexpr std::uint16_t kEncryptedFlags = 0x0001 | 0x0040 | 0x2000;
constexpr std::uint16_t kSizesFollow = 0x0008;

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
        value |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
    }
    return value;
}

std::uint16_t number16(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint16_t>(number(bytes, at, 2));
}

std::uint32_t number32(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint32_t>(number(bytes, at, 4));
}

Error fault(std::string_view why) {
    return Error(Code::kInvalidArgument, "zip", std::string(why));
}

// Whether `size` bytes from `at` lie within `bytes` and start with `mark`.
bool has(std::string_view bytes, std::uint64_t at, std::size_t size, std::string_view mark) {
    return at <= bytes.size() && size <= bytes.size() - at &&
           bytes.substr(static_cast<std::size_t>(at)).starts_with(mark);
}

struct Directory {
    std::uint64_t entries = 0;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::uint64_t end = 0;  // where the record that names it starts
};

std::optional<std::size_t> find_end(std::string_view zip) {
    if (zip.size() < kEndBytes) {
        return std::nullopt;
    }
    const std::size_t last = zip.size() - kEndBytes;
    const std::size_t first = last > kCommentMax ? last - kCommentMax : 0;
    for (std::size_t at = last + 1; at-- > first;) {
        const bool marked = zip.substr(at).starts_with(kEndMark);
        if (marked && number16(zip, at + 20) == zip.size() - at - kEndBytes) {
            return at;
        }
    }
    return std::nullopt;
}

Result<Directory> find_directory(std::string_view zip) {
    const std::optional<std::size_t> end = find_end(zip);
    if (!end) {
        return fault("it is no zip, or has lost its end");
    }
    Directory directory;
    directory.entries = number16(zip, *end + 10);
    directory.size = number32(zip, *end + 12);
    directory.offset = number32(zip, *end + 16);
    directory.end = *end;
    if (*end >= kLocator64Bytes && has(zip, *end - kLocator64Bytes, 4, kLocator64Mark)) {
        const std::uint64_t record = number(zip, *end - kLocator64Bytes + 8, 8);
        if (!has(zip, record, kEnd64Bytes, kEnd64Mark)) {
            return fault("its zip64 end is damaged");
        }
        const auto at = static_cast<std::size_t>(record);
        directory.entries = number(zip, at + 32, 8);
        directory.size = number(zip, at + 40, 8);
        directory.offset = number(zip, at + 48, 8);
        directory.end = record;
    }
    if (directory.offset > directory.end || directory.size != directory.end - directory.offset) {
        return fault("its directory is not where its end says");
    }
    return directory;
}

struct Entry {
    std::string_view name;
    std::string_view extra;
    std::uint16_t flags = 0;
    std::uint16_t method = 0;
    std::uint32_t crc = 0;
    std::uint64_t packed_bytes = 0;
    std::uint64_t bytes = 0;
    std::uint64_t offset = 0;
};

// The 64-bit values stand in the extra field, in this order, for those that did not fit.
Result<void> widen(Entry& entry) {
    std::string_view extra = entry.extra;
    while (extra.size() >= 4 && number16(extra, 0) != 1) {
        extra.remove_prefix(std::min<std::size_t>(extra.size(), 4 + number16(extra, 2)));
    }
    extra.remove_prefix(std::min<std::size_t>(extra.size(), 4));
    for (std::uint64_t* value : {&entry.bytes, &entry.packed_bytes, &entry.offset}) {
        if (*value != kIn64) {
            continue;
        }
        if (extra.size() < 8) {
            return fault("a zip64 field is missing");
        }
        *value = number(extra, 0, 8);
        extra.remove_prefix(8);
    }
    return {};
}

// The entry at the start of `rest`, which then starts behind it.
Result<Entry> take_entry(std::string_view& rest) {
    if (!has(rest, 0, kCentralBytes, kCentralMark)) {
        return fault("its directory is damaged");
    }
    const std::size_t name = number16(rest, 28);
    const std::size_t extra = number16(rest, 30);
    const std::size_t all = kCentralBytes + name + extra + number16(rest, 32);
    if (rest.size() < all) {
        return fault("its directory is cut");
    }
    Entry entry;
    entry.name = rest.substr(kCentralBytes, name);
    entry.extra = rest.substr(kCentralBytes + name, extra);
    entry.flags = number16(rest, 8);
    entry.method = number16(rest, 10);
    entry.crc = number32(rest, 16);
    entry.packed_bytes = number32(rest, 20);
    entry.bytes = number32(rest, 24);
    entry.offset = number32(rest, 42);
    rest.remove_prefix(all);
    LAMBENT_TRY(widen(entry));
    return entry;
}

bool sizes_agree(std::string_view local, const Entry& entry) {
    if ((entry.flags & kSizesFollow) != 0) {
        return true;  // they stand behind the data, and are checked while it is unpacked
    }
    const auto agrees = [](std::uint32_t here, std::uint64_t there) {
        return here == there || here == kIn64;
    };
    return number32(local, 14) == entry.crc && agrees(number32(local, 18), entry.packed_bytes) &&
           agrees(number32(local, 22), entry.bytes);
}

struct Span {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
};

// The bytes that the entry's own header and data take up.
Result<Span> check_entry(std::string_view zip, const Entry& entry, const Directory& directory) {
    const std::string name(entry.name);
    if ((entry.flags & kEncryptedFlags) != 0) {
        return fault("it is encrypted");
    }
    if (entry.method != 0 && entry.method != 8) {
        return fault("the entry " + name + " is compressed in an unknown way");
    }
    if (!has(zip, entry.offset, kLocalBytes, kLocalMark)) {
        return fault("the entry " + name + " has no header");
    }
    const std::string_view local = zip.substr(static_cast<std::size_t>(entry.offset));
    const std::size_t name_bytes = number16(local, 26);
    const std::size_t head = kLocalBytes + name_bytes + number16(local, 28);
    if (local.size() < head || local.substr(kLocalBytes, name_bytes) != entry.name ||
        number16(local, 8) != entry.method || number16(local, 6) != entry.flags ||
        !sizes_agree(local, entry)) {
        return fault("the entry " + name + " says one thing here and another there");
    }
    const std::uint64_t room = directory.offset - std::min(directory.offset, entry.offset);
    if (room < head || room - head < entry.packed_bytes) {
        return fault("the entry " + name + " does not end before the directory");
    }
    return Span{entry.offset, entry.offset + head + entry.packed_bytes};
}

}  // namespace

Result<void> check_zip_directory(std::string_view zip, std::uint32_t entries_max) {
    LAMBENT_TRY(const Directory directory, find_directory(zip));
    if (directory.entries > entries_max) {
        return Error(
            Code::kTooLarge,
            "zip",
            "The zip has more than " + std::to_string(entries_max) + " entries"
        );
    }
    std::string_view rest = zip.substr(
        static_cast<std::size_t>(directory.offset), static_cast<std::size_t>(directory.size)
    );
    std::vector<Span> spans;
    for (std::uint64_t i = 0; i < directory.entries; ++i) {
        LAMBENT_TRY(const Entry entry, take_entry(rest));
        LAMBENT_TRY(const Span span, check_entry(zip, entry, directory));
        spans.push_back(span);
    }
    if (!rest.empty()) {
        return fault("its directory has more than it counts");
    }
    std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
        return a.first < b.first;
    });
    for (std::size_t i = 1; i < spans.size(); ++i) {
        if (spans[i].first < spans[i - 1].end) {
            return fault("two entries share the same bytes");
        }
    }
    return {};
}

}  // namespace lambent::runtime
