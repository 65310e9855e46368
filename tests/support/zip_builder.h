#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <sys/types.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lambent::tests {

// Builds zips in memory, honest ones and others.
class ZipBuilder {
  public:
    ZipBuilder& file(std::string name, std::string bytes, mode_t mode = 0644) {
        entries_.push_back({std::move(name), std::move(bytes), mode, AE_IFREG});
        return *this;
    }
    ZipBuilder& directory(std::string name, mode_t mode = 0755) {
        entries_.push_back({std::move(name), "", mode, AE_IFDIR});
        return *this;
    }
    ZipBuilder& link(std::string name, std::string target) {
        entries_.push_back({std::move(name), std::move(target), 0777, AE_IFLNK});
        return *this;
    }
    ZipBuilder& option(std::string options) {
        options_ = std::move(options);
        return *this;
    }

    std::string build() const {
        const std::unique_ptr<archive, int (*)(archive*)> zip(
            ::archive_write_new(), ::archive_write_free
        );
        std::string bytes(capacity(), '\0');
        std::size_t used = 0;
        check(zip.get(), ::archive_write_set_format_zip(zip.get()));
        check(zip.get(), ::archive_write_set_bytes_in_last_block(zip.get(), 1));
        if (!options_.empty()) {
            check(zip.get(), ::archive_write_set_options(zip.get(), options_.c_str()));
        }
        if (options_.find("encryption") != std::string::npos) {
            check(zip.get(), ::archive_write_set_passphrase(zip.get(), "sesame"));
        }
        check(zip.get(), ::archive_write_open_memory(zip.get(), bytes.data(), bytes.size(), &used));
        for (const Entry& entry : entries_) {
            add(zip.get(), entry);
        }
        check(zip.get(), ::archive_write_close(zip.get()));
        bytes.resize(used);
        return bytes;
    }

  private:
    struct Entry {
        std::string name;
        std::string bytes;
        mode_t mode;
        mode_t type;
    };

    std::size_t capacity() const {
        std::size_t size = 4096;
        for (const Entry& entry : entries_) {
            size += 2 * entry.name.size() + entry.bytes.size() + entry.bytes.size() / 100 + 1024;
        }
        return size;
    }

    static void add(archive* zip, const Entry& entry) {
        const std::unique_ptr<archive_entry, void (*)(archive_entry*)> header(
            ::archive_entry_new(), ::archive_entry_free
        );
        ::archive_entry_set_pathname(header.get(), entry.name.c_str());
        ::archive_entry_set_perm(header.get(), entry.mode);
        ::archive_entry_set_filetype(header.get(), entry.type);
        if (entry.type == AE_IFLNK) {
            ::archive_entry_set_symlink(header.get(), entry.bytes.c_str());
        } else {
            ::archive_entry_set_size(header.get(), static_cast<la_int64_t>(entry.bytes.size()));
        }
        check(zip, ::archive_write_header(zip, header.get()));
        if (entry.type == AE_IFREG) {
            (void)::archive_write_data(zip, entry.bytes.data(), entry.bytes.size());
        }
    }

    static void check(archive* zip, int done) {
        if (done < ARCHIVE_WARN) {
            throw std::runtime_error(::archive_error_string(zip));
        }
    }

    std::vector<Entry> entries_;
    std::string options_;
};

// Where the nth header with this signature ("\1\2" central, "\3\4" local) starts.
inline std::size_t zip_header(const std::string& zip, const char* signature, int nth = 0) {
    std::size_t at = zip.find(std::string("PK") + signature);
    for (int i = 0; i < nth && at != std::string::npos; ++i) {
        at = zip.find(std::string("PK") + signature, at + 1);
    }
    if (at == std::string::npos) {
        throw std::runtime_error("the zip has no such header");
    }
    return at;
}

}  // namespace lambent::tests
