#include "bootstrap.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace lambent::provided {
namespace {

using Main = int (*)(int, char**, char**);

constexpr std::size_t kFirstPage = 4096;
constexpr std::string_view kNoteName("lambent", 8);  // with its zero byte
constexpr ElfW(Word) kNoteVersion = 1;

template <class Record>
bool read_record(std::string_view bytes, std::size_t at, Record& into) {
    if (at > bytes.size() || bytes.size() - at < sizeof into) {
        return false;
    }
    std::memcpy(&into, bytes.data() + at, sizeof into);
    return true;
}

std::size_t padded(std::size_t size) {
    return (size + 3) / 4 * 4;
}

bool has_note(std::string_view notes) {
    ElfW(Nhdr) note{};
    for (std::size_t at = 0; read_record(notes, at, note);) {
        const std::size_t name = at + sizeof note;
        const std::size_t content = name + padded(note.n_namesz);
        ElfW(Word) version = 0;
        if (name <= notes.size() && notes.substr(name, note.n_namesz) == kNoteName &&
            read_record(notes, content, version)) {
            return version == kNoteVersion;
        }
        at = content + padded(note.n_descsz);
    }
    return false;
}

// Whether the file's first page says that it was linked to be loaded. What cannot be told from
// there is executed.
bool is_loadable(std::string_view page) {
    ElfW(Ehdr) head{};
    if (!read_record(page, 0, head) || std::memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
        head.e_type != ET_DYN || head.e_phentsize != sizeof(ElfW(Phdr))) {
        return false;
    }
    for (std::size_t i = 0; i < head.e_phnum; ++i) {
        ElfW(Phdr) part{};
        if (!read_record(page, head.e_phoff + i * sizeof part, part)) {
            return false;
        }
        if (part.p_type == PT_NOTE && part.p_offset < page.size() &&
            has_note(page.substr(part.p_offset, part.p_filesz))) {
            return true;
        }
    }
    return false;
}

bool is_loadable(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    char page[kFirstPage];
    const ssize_t size = file < 0 ? -1 : ::read(file, page, sizeof page);
    ::close(file);
    return size > 0 && is_loadable(std::string_view(page, static_cast<std::size_t>(size)));
}

void* load(const std::string& path) {
    return is_loadable(path) ? ::dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL) : nullptr;
}

Main main_of(void* program) {
    return program == nullptr ? nullptr
                              : reinterpret_cast<Main>(::dlsym(program, "lambent_loaded_main"));
}

// As exec would name this process.
void take_name(std::string& path) {
    char* const name = path.data() + path.rfind('/') + 1;
    ::program_invocation_name = path.data();
    ::program_invocation_short_name = name;
    ::prctl(PR_SET_NAME, name, 0, 0, 0);
}

}  // namespace

int become(std::string path, char** variables) {
    char* argv[] = {path.data(), nullptr};
    if (::access(path.c_str(), X_OK) == 0) {
        ::environ = variables;
        // What cannot be loaded here may do better when it is executed, or will say why.
        if (const Main main = main_of(load(path)); main != nullptr) {
            take_name(path);
            std::exit(main(1, argv, variables));
        }
    }
    ::execve(path.c_str(), argv, variables);
    return errno;
}

void rehearse(std::string path) {
    char* argv[] = {path.data(), nullptr};
    void* const program = load(path);
    if (const Main main = main_of(program); main != nullptr) {
        main(1, argv, ::environ);
    }
    if (program != nullptr) {
        ::dlclose(program);
    }
}

}  // namespace lambent::provided
