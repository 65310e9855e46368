#include "sandbox/launcher/root_files.h"

#include "sandbox/launcher/mount_tree.h"
#include "sandbox/launcher/root_template.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>

namespace lambent::sandbox {
namespace {

namespace fs = std::filesystem;

// Mount points and plain directories.
constexpr std::array kDirectories{
    "dev",      "etc",         "etc/ssl",   "etc/ssl/certs", "home",      "home/sbx_user1051",
    "opt",      "proc",        "root",      "run",           "tmp",       "usr",
    "usr/bin",  "usr/lib",     "usr/local", "usr/sbin",      "usr/share", "var",
    "var/lang", "var/runtime", "var/task",  "var/tmp",
};

// What language runtimes and the libraries beside them read. Missing ones are left out.
constexpr std::array kBinds{
    "/usr/bin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/share/ca-certificates",
    "/usr/share/fontconfig",
    "/usr/share/fonts",
    "/usr/share/mime",
    "/usr/share/nodejs",
    "/usr/share/zoneinfo",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ssl/certs",
};

constexpr std::array kCopies{
    "/etc/ld.so.cache", "/etc/protocols", "/etc/services", "/etc/ssl/openssl.cnf"};

constexpr std::array kTopLinks{"bin", "lib", "lib32", "lib64", "sbin"};

struct TextFile {
    const char* path;
    std::string text;
};

struct Device {
    const char* name;
    unsigned minor;
};
constexpr std::array<Device, 5> kDevices{
    {{"null", 3}, {"zero", 5}, {"full", 7}, {"random", 8}, {"urandom", 9}}};
constexpr unsigned kMemoryDevices = 1;  // the major number of them all

std::array<TextFile, 5> etc_files() {
    const std::string uid = std::to_string(kGuestUid);
    const std::string gid = std::to_string(kGuestGid);
    return {{
        {"etc/passwd",
         "root:x:0:0:root:/root:/sbin/nologin\nsbx_user1051:x:" + uid + ":" + gid +
             "::/home/sbx_user1051:/sbin/nologin\nnobody:x:65534:65534::/:/sbin/nologin\n"},
        {"etc/group", "root:x:0:\nsbx_user1051:x:" + gid + ":\nnogroup:x:65534:\n"},
        {"etc/hosts", "127.0.0.1 localhost cell\n::1 localhost\n"},
        {"etc/resolv.conf", "# a cell reaches loopback only\n"},
        {"etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"},
    }};
}

void make_links(const fs::path& root) {
    for (const char* name : kTopLinks) {
        if (fs::is_symlink(fs::path("/") / name)) {
            fs::create_symlink(fs::path("usr") / name, root / name);
        }
    }
    fs::create_symlink("/usr/share/zoneinfo/UTC", root / "etc/localtime");
    fs::create_symlink("/proc/mounts", root / "etc/mtab");
}

void write_etc(const fs::path& root) {
    for (const TextFile& file : etc_files()) {
        std::ofstream out(root / file.path);
        out.exceptions(std::ios::failbit | std::ios::badbit);
        out << file.text;
    }
    for (const char* path : kCopies) {
        if (fs::exists(path)) {
            fs::copy_file(path, root / fs::path(path).relative_path());
        }
    }
}

Result<void> bind_one(const fs::path& root, const std::string& path) {
    const fs::path target = root / fs::path(path).relative_path();
    fs::create_directories(target);
    LAMBENT_TRY(const UniqueFd tree, detached_copy(path, SubMounts::kInclude));
    return attach_tree(tree, target.string());
}

Result<void> bind_runtimes(const fs::path& root) {
    for (const char* path : kBinds) {
        if (fs::is_directory(path) && !fs::is_symlink(path)) {
            LAMBENT_TRY(bind_one(root, path));
        }
    }
    // A system that is not merged keeps its C library in /lib.
    for (const char* name : kTopLinks) {
        const fs::path path = fs::path("/") / name;
        if (fs::is_directory(path) && !fs::is_symlink(path)) {
            LAMBENT_TRY(bind_one(root, path.string()));
        }
    }
    return {};
}

// Inside a container mknod may be forbidden: the host's own node is then bound instead.
Result<void> make_device(const fs::path& dev, const Device& device) {
    const fs::path node = dev / device.name;
    if (::mknod(node.c_str(), S_IFCHR | 0666, makedev(kMemoryDevices, device.minor)) == 0) {
        ::chmod(node.c_str(), 0666);
        return {};
    }
    const std::string host = std::string("/dev/") + device.name;
    std::ofstream(node).close();
    if (::mount(host.c_str(), node.c_str(), nullptr, MS_BIND, nullptr) != 0) {
        return errno_error("cannot make " + host + " for the cells", errno);
    }
    return {};
}

Result<void> make_dev(const fs::path& root) {
    const fs::path dev = root / "dev";
    constexpr unsigned long kFlags = MS_NOSUID | MS_NOEXEC;
    if (::mount("tmpfs", dev.c_str(), "tmpfs", kFlags, "size=64k,nr_inodes=32,mode=755") != 0) {
        return errno_error("cannot mount the cells' /dev", errno);
    }
    for (const Device& device : kDevices) {
        LAMBENT_TRY(make_device(dev, device));
    }
    fs::create_symlink("/proc/self/fd", dev / "fd");
    fs::create_symlink("/proc/self/fd/0", dev / "stdin");
    fs::create_symlink("/proc/self/fd/1", dev / "stdout");
    fs::create_symlink("/proc/self/fd/2", dev / "stderr");
    if (::mount(nullptr, dev.c_str(), nullptr, kFlags | MS_REMOUNT | MS_RDONLY, nullptr) != 0) {
        return errno_error("cannot make the cells' /dev read-only", errno);
    }
    return {};
}

}  // namespace

Result<void> fill_root(const std::string& root) {
    try {
        for (const char* name : kDirectories) {
            fs::create_directories(fs::path(root) / name);
        }
        make_links(root);
        write_etc(root);
        LAMBENT_TRY(bind_runtimes(root));
        return make_dev(root);
    } catch (const std::exception& e) {
        return Error(
            Code::kInternal, "root", std::string("cannot build the cells' root: ") + e.what()
        );
    }
}

}  // namespace lambent::sandbox
