#include "tests/support/fault_vfs.h"

#include "base/files/durable_file.h"

#include <sqlite3.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace lambent::tests {
namespace fs = std::filesystem;
namespace {

// What SQLite sees as an open file: ours in front of the real one.
struct ShimFile {
    sqlite3_file base;
    sqlite3_file* real;
    FaultVfs* vfs;
    std::string* path;
};

ShimFile* shim(sqlite3_file* file) {
    return reinterpret_cast<ShimFile*>(file);
}

sqlite3_file* real(sqlite3_file* file) {
    return shim(file)->real;
}

int close_file(sqlite3_file* file) {
    const int done =
        real(file)->pMethods != nullptr ? real(file)->pMethods->xClose(real(file)) : SQLITE_OK;
    delete shim(file)->path;
    ::operator delete(real(file));
    return done;
}

int read_file_at(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
    const int code = shim(file)->vfs->before(FaultVfs::Call::kRead);
    return code != 0 ? code : real(file)->pMethods->xRead(real(file), into, size, offset);
}

int write_file_at(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    const int code = shim(file)->vfs->before(FaultVfs::Call::kWrite);
    if (code != 0) {
        return code;
    }
    const auto* bytes = static_cast<const char*>(from);
    shim(file)->vfs->written(
        *shim(file)->path, offset, std::string(bytes, static_cast<std::size_t>(size))
    );
    return real(file)->pMethods->xWrite(real(file), from, size, offset);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    const int code = shim(file)->vfs->before(FaultVfs::Call::kTruncate);
    if (code != 0) {
        return code;
    }
    shim(file)->vfs->truncated(*shim(file)->path, size);
    return real(file)->pMethods->xTruncate(real(file), size);
}

// The tracked image is the disk, so nothing real needs to wait for one.
int sync_file(sqlite3_file* file, int) {
    const int code = shim(file)->vfs->before(FaultVfs::Call::kSync);
    if (code == 0) {
        shim(file)->vfs->synced(*shim(file)->path);
    }
    return code;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
    return real(file)->pMethods->xFileSize(real(file), size);
}
int lock(sqlite3_file* file, int level) {
    return real(file)->pMethods->xLock(real(file), level);
}
int unlock(sqlite3_file* file, int level) {
    return real(file)->pMethods->xUnlock(real(file), level);
}
int check_lock(sqlite3_file* file, int* out) {
    return real(file)->pMethods->xCheckReservedLock(real(file), out);
}
int control(sqlite3_file* file, int operation, void* argument) {
    return real(file)->pMethods->xFileControl(real(file), operation, argument);
}
int sector_size(sqlite3_file* file) {
    return real(file)->pMethods->xSectorSize(real(file));
}
int characteristics(sqlite3_file* file) {
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}
int shm_map(sqlite3_file* file, int page, int size, int extend, volatile void** out) {
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
void shm_barrier(sqlite3_file* file) {
    real(file)->pMethods->xShmBarrier(real(file));
}
int shm_unmap(sqlite3_file* file, int remove) {
    return real(file)->pMethods->xShmUnmap(real(file), remove);
}

const sqlite3_io_methods kMethods = {
    2,        close_file,  read_file_at, write_file_at, truncate_file, sync_file,       file_size,
    lock,     unlock,      check_lock,   control,       sector_size,   characteristics, shm_map,
    shm_lock, shm_barrier, shm_unmap,    nullptr,       nullptr,
};

bool is_change(FaultVfs::Call call) {
    return call != FaultVfs::Call::kRead;
}

}  // namespace

struct FaultVfs::Layer {
    explicit Layer(FaultVfs& owner) : real(::sqlite3_vfs_find(nullptr)), vfs(*real) {
        vfs.pNext = nullptr;
        vfs.zName = "lambent-faults";
        vfs.szOsFile = sizeof(ShimFile);
        vfs.pAppData = &owner;
        vfs.xOpen = open;
        vfs.xDelete = remove;
        former = real;
        instance = this;
        ::sqlite3_vfs_register(&vfs, 1);
    }
    ~Layer() {
        ::sqlite3_vfs_unregister(&vfs);
        ::sqlite3_vfs_register(former, 1);
        instance = nullptr;
    }
    Layer(const Layer&) = delete;
    Layer& operator=(const Layer&) = delete;

    static int open(
        sqlite3_vfs* self, const char* name, sqlite3_file* file, int flags, int* flags_out
    ) {
        ShimFile* opened = shim(file);
        opened->base.pMethods = nullptr;
        opened->vfs = static_cast<FaultVfs*>(self->pAppData);
        opened->real = static_cast<sqlite3_file*>(
            ::operator new(static_cast<std::size_t>(instance->real->szOsFile))
        );
        std::memset(opened->real, 0, static_cast<std::size_t>(instance->real->szOsFile));
        const int done =
            instance->real->xOpen(instance->real, name, opened->real, flags, flags_out);
        if (done != SQLITE_OK) {
            ::operator delete(opened->real);
            return done;
        }
        opened->path = new std::string(name != nullptr ? name : "");
        opened->base.pMethods = &kMethods;
        return SQLITE_OK;
    }

    static int remove(sqlite3_vfs* self, const char* name, int sync_directory) {
        static_cast<FaultVfs*>(self->pAppData)->deleted(name);
        return instance->real->xDelete(instance->real, name, sync_directory);
    }

    static inline Layer* instance = nullptr;
    sqlite3_vfs* real;
    sqlite3_vfs* former = nullptr;
    sqlite3_vfs vfs;
};

FaultVfs::FaultVfs() : layer_(std::make_unique<Layer>(*this)) {}
FaultVfs::~FaultVfs() = default;

void FaultVfs::fail(Call call, std::uint64_t nth, int code, Until until) {
    const std::lock_guard lock(mutex_);
    fault_ = Fault{call, counts_[call] + nth, code, until};
}

void FaultVfs::clear() {
    const std::lock_guard lock(mutex_);
    fault_.reset();
}

std::uint64_t FaultVfs::calls(Call call) const {
    const std::lock_guard lock(mutex_);
    const auto known = counts_.find(call);
    return known == counts_.end() ? 0 : known->second;
}

int FaultVfs::before(Call call) {
    const std::lock_guard lock(mutex_);
    const std::uint64_t now = ++counts_[call];
    if (is_change(call) && !cut_) {
        cut_ = ++changes_ == cut_at_;
    }
    if (cut_) {
        return call == Call::kSync ? SQLITE_IOERR_FSYNC : SQLITE_IOERR_WRITE;
    }
    if (!fault_ || fault_->call != call || now < fault_->at) {
        return 0;
    }
    const int code = fault_->code;
    if (fault_->until == Until::kOnce) {
        fault_.reset();
    }
    return code;
}

void FaultVfs::track(const std::string& directory) {
    const std::lock_guard lock(mutex_);
    directory_ = directory;
    files_.clear();
    for (const auto& entry : fs::directory_iterator(directory)) {
        Tracked& file = files_[entry.path().string()];
        file.durable = read_file(entry.path().string()).value();
        file.exists = true;
    }
}

void FaultVfs::cut_power_at(std::uint64_t nth) {
    const std::lock_guard lock(mutex_);
    cut_at_ = changes_ + nth;
}

void FaultVfs::cut_power_now() {
    const std::lock_guard lock(mutex_);
    cut_ = true;
}

bool FaultVfs::power_is_cut() const {
    const std::lock_guard lock(mutex_);
    return cut_;
}

void FaultVfs::lie_about_syncs() {
    const std::lock_guard lock(mutex_);
    lies_ = true;
}

void FaultVfs::written(const std::string& path, std::int64_t offset, std::string bytes) {
    const std::lock_guard lock(mutex_);
    files_[path].pending.push_back({offset, std::move(bytes), false});
}

void FaultVfs::truncated(const std::string& path, std::int64_t size) {
    const std::lock_guard lock(mutex_);
    files_[path].pending.push_back({size, "", true});
}

void FaultVfs::synced(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (lies_) {
        return;
    }
    Tracked& file = files_[path];
    for (const Change& change : file.pending) {
        apply(file.durable, change);
    }
    file.pending.clear();
    file.exists = true;
}

void FaultVfs::deleted(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (!cut_) {
        files_.erase(path);
    }
}

void FaultVfs::apply(std::string& image, const Change& change) {
    const auto offset = static_cast<std::size_t>(change.offset);
    if (change.truncate) {
        image.resize(offset);
        return;
    }
    if (image.size() < offset + change.bytes.size()) {
        image.resize(offset + change.bytes.size());
    }
    image.replace(offset, change.bytes.size(), change.bytes);
}

std::string FaultVfs::surviving(const Tracked& file, Loss loss, std::mt19937& random) const {
    constexpr std::size_t kSector = 512;
    std::string image = file.durable;
    if (loss == Loss::kNothing) {
        for (const Change& change : file.pending) {
            apply(image, change);
        }
    }
    if (loss == Loss::kAllButFirst && !file.pending.empty()) {
        apply(image, file.pending.front());
    }
    if (loss != Loss::kSomeSectors) {
        return image;
    }
    for (const Change& change : file.pending) {
        for (std::size_t at = 0; at < change.bytes.size(); at += kSector) {
            if (random() % 2 == 0) {
                const std::int64_t offset = change.offset + static_cast<std::int64_t>(at);
                apply(image, {offset, change.bytes.substr(at, kSector), false});
            }
        }
    }
    return image;
}

void FaultVfs::restore(Loss loss, std::uint32_t seed) {
    const std::lock_guard lock(mutex_);
    std::mt19937 random(seed);
    for (const auto& entry : fs::directory_iterator(directory_)) {
        fs::remove(entry.path());
    }
    for (const auto& [path, file] : files_) {
        const bool is_there = file.exists || loss == Loss::kNothing;
        if (!is_there || !path.starts_with(directory_) || path.ends_with("-shm")) {
            continue;
        }
        std::ofstream(path, std::ios::binary) << surviving(file, loss, random);
    }
    cut_ = false;
    lies_ = false;
    cut_at_ = 0;
    fault_.reset();
}

}  // namespace lambent::tests
