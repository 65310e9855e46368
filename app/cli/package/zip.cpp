#include "app/cli/package/zip.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <sstream>
#include <vector>

namespace lambent::cli {
namespace {
namespace fs = std::filesystem;

constexpr std::time_t kFixedTime = 315'619'200;  // 1980-01-02: the first full day that zip knows

struct EntryDeleter {
    void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

la_ssize_t append(archive*, void* into, const void* bytes, std::size_t count) {
    static_cast<std::string*>(into)->append(static_cast<const char*>(bytes), count);
    return static_cast<la_ssize_t>(count);
}

// A zip that grows in memory. An entry or the end may fail; then the error says why.
class ZipWriter {
  public:
    ZipWriter() : writer_(archive_write_new()) {
        archive_write_set_format_zip(writer_);
        archive_write_set_options(writer_, "zip:compression=deflate,zip:hdrcharset=UTF-8");
        archive_write_set_bytes_in_last_block(writer_, 1);
        archive_write_open(writer_, &bytes_, nullptr, append, nullptr);
    }
    ~ZipWriter() { archive_write_free(writer_); }
    ZipWriter(const ZipWriter&) = delete;
    ZipWriter& operator=(const ZipWriter&) = delete;

    Result<void> add_file(const std::string& name, const std::string& content, mode_t mode) {
        auto entry = make_entry(name, AE_IFREG, mode);
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
        if (archive_write_header(writer_, entry.get()) != ARCHIVE_OK ||
            archive_write_data(writer_, content.data(), content.size()) !=
                static_cast<la_ssize_t>(content.size())) {
            return failure(name);
        }
        return {};
    }

    Result<void> add_link(const std::string& name, const std::string& target) {
        auto entry = make_entry(name, AE_IFLNK, 0777);
        archive_entry_set_symlink(entry.get(), target.c_str());
        if (archive_write_header(writer_, entry.get()) != ARCHIVE_OK) {
            return failure(name);
        }
        return {};
    }

    Result<std::string> finish() {
        if (archive_write_close(writer_) != ARCHIVE_OK) {
            return failure("the end of the zip");
        }
        return std::move(bytes_);
    }

  private:
    static std::unique_ptr<archive_entry, EntryDeleter> make_entry(
        const std::string& name, unsigned type, mode_t mode
    ) {
        std::unique_ptr<archive_entry, EntryDeleter> entry(archive_entry_new());
        archive_entry_set_pathname_utf8(entry.get(), name.c_str());
        archive_entry_set_filetype(entry.get(), type);
        archive_entry_set_perm(entry.get(), mode);
        archive_entry_set_mtime(entry.get(), kFixedTime, 0);
        return entry;
    }
    Error failure(const std::string& name) const {
        const char* reason = archive_error_string(writer_);
        return Error(
            Code::kInternal, "cannot zip " + name + ": " + (reason == nullptr ? "?" : reason)
        );
    }

    archive* writer_;
    std::string bytes_;
};

Result<std::string> read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return errno_error("cannot read " + path.string(), errno);
    }
    std::ostringstream content;
    content << file.rdbuf();
    return std::move(content).str();
}

Result<std::vector<fs::path>> files_below(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code failure;
    auto entry = fs::recursive_directory_iterator(folder, failure);
    if (failure) {
        return errno_error("cannot read " + folder.string(), failure.value());
    }
    for (; entry != fs::recursive_directory_iterator(); entry.increment(failure)) {
        if (is_left_out(entry->path().filename())) {
            entry.disable_recursion_pending();
            continue;
        }
        if (entry->is_symlink() || entry->is_regular_file()) {
            files.push_back(entry->path().lexically_relative(folder));
        }
    }
    if (failure) {
        return errno_error("cannot read below " + folder.string(), failure.value());
    }
    std::sort(files.begin(), files.end());
    return files;
}

Result<void> add_path(ZipWriter& zip, const fs::path& folder, const fs::path& name) {
    const fs::path path = folder / name;
    if (fs::is_symlink(path)) {
        return zip.add_link(name.string(), fs::read_symlink(path).string());
    }
    LAMBENT_TRY(const std::string content, read_file(path));
    const bool runs = (fs::status(path).permissions() & fs::perms::owner_exec) != fs::perms::none;
    return zip.add_file(name.string(), content, runs ? 0755 : 0644);
}

}  // namespace

bool is_left_out(const fs::path& name) {
    constexpr std::array<std::string_view, 6> kNames{
        ".git",
        ".gitignore",
        ".aws-sam",
        ".lambent",
        "__pycache__",
        ".DS_Store",
    };
    return std::find(kNames.begin(), kNames.end(), name.string()) != kNames.end() ||
           name.extension() == ".pyc";
}

Result<std::string> zip_folder(const fs::path& folder) {
    LAMBENT_TRY(const auto files, files_below(folder));
    if (files.empty()) {
        return Error(Code::kInvalidArgument, folder.string() + " has no files to package");
    }
    ZipWriter zip;
    try {
        for (const fs::path& name : files) {
            LAMBENT_TRY(add_path(zip, folder, name));
        }
    } catch (const fs::filesystem_error& failure) {
        return Error(Code::kInternal, failure.what());
    }
    return zip.finish();
}

Result<std::string> zip_text(const std::string& name, const std::string& content) {
    ZipWriter zip;
    LAMBENT_TRY(zip.add_file(name, content, 0644));
    return zip.finish();
}

}  // namespace lambent::cli
