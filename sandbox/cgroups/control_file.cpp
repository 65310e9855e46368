#include "sandbox/cgroups/control_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace lambent::sandbox {

Result<UniqueFd> open_control(int directory, const char* name, int flags) {
    UniqueFd file(::openat(directory, name, flags | O_CLOEXEC | O_NOFOLLOW));
    if (!file) {
        return errno_error(std::string("cannot open ") + name, errno);
    }
    return file;
}

Result<UniqueFd> open_if_there(int directory, const char* name, int flags) {
    UniqueFd file(::openat(directory, name, flags | O_CLOEXEC | O_NOFOLLOW));
    if (!file && errno != ENOENT) {
        return errno_error(std::string("cannot open ") + name, errno);
    }
    return file;
}

Result<std::string> read_control(int file, std::string_view name) {
    std::string text;
    char part[4096];
    for (off_t at = 0;;) {
        const ssize_t size = ::pread(file, part, sizeof(part), at);
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size < 0) {
            return errno_error(std::string("cannot read ").append(name), errno);
        }
        if (size == 0) {
            return text;
        }
        text.append(part, static_cast<std::size_t>(size));
        at += size;
    }
}

Result<std::string_view> read_line(int file, LineRoom& room, std::string_view name) {
    ssize_t size = 0;
    do {
        size = ::pread(file, room.data(), room.size(), 0);
    } while (size < 0 && errno == EINTR);
    if (size < 0) {
        return errno_error(std::string("cannot read ").append(name), errno);
    }
    return std::string_view(room.data(), static_cast<std::size_t>(size));
}

Result<void> write_control(int file, std::string_view text, std::string_view name) {
    ssize_t size = 0;
    do {
        size = ::pwrite(file, text.data(), text.size(), 0);
    } while (size < 0 && errno == EINTR);
    if (size < 0) {
        const int number = errno;
        std::string what("cannot write ");
        what.append(text).append(" to ").append(name);
        return errno_error(what, number);
    }
    return {};
}

Result<void> write_control_at(int directory, const char* name, std::string_view text) {
    LAMBENT_TRY(const UniqueFd file, open_control(directory, name, O_WRONLY));
    return write_control(file.get(), text, name);
}

Result<std::string> read_control_at(int directory, const char* name) {
    LAMBENT_TRY(const UniqueFd file, open_control(directory, name, O_RDONLY));
    return read_control(file.get(), name);
}

}  // namespace lambent::sandbox
