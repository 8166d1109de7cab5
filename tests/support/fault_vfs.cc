#include "tests/support/fault_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <random>
#include <stdexcept>
#include <utility>

namespace dg {

namespace {

std::optional<std::string> content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// A file by what it holds; nothing: it is not there.
using Files = std::map<std::string, std::optional<std::string>>;

}  // namespace

struct FaultVfs::State {
  std::string name;
  Files synced;         ///< Of every file that was opened.
  Files at_loss;        ///< What they held when the power went.
  bool outage = false;  ///< The armed failure is one of the power.
  bool remembers = false;
  std::mutex mutex;  ///< Guards what the operations and the test share.
  sqlite3_vfs vfs{};
  sqlite3_vfs* real = nullptr;
  unsigned operations = 0;
  std::uint64_t left = 0;  ///< Operations until the failing one; 0: not armed.
  int system_errno = 0;
  Duration duration = Duration::once;
  bool failed = false, failing = false;
  unsigned watched = 0;
  std::uint64_t count = 0;  ///< Of watched operations.
  std::function<void(std::uint64_t)> seen;

  /// Whether this operation is one that fails.
  bool fails(unsigned operation) {
    tell(operation);
    const std::lock_guard guard(mutex);
    if ((operations & operation) == 0) return false;
    if (failing && duration == Duration::from_then_on) return true;
    if (left == 0 || --left != 0) return false;
    failed = failing = true;
    if (outage) {
      for (const auto& file : synced) at_loss[file.first] = content_of(file.first);
    }
    return true;
  }
  /// Outside of the lock: who is told may ask anything.
  void tell(unsigned operation) {
    std::function<void(std::uint64_t)> told;
    std::uint64_t number = 0;
    {
      const std::lock_guard guard(mutex);
      if ((watched & operation) == 0) return;
      told = seen;
      number = ++count;
    }
    if (told) told(number);
  }
};

namespace {

using State = FaultVfs::State;

/// An open file: SQLite's part first, the real file behind it in the same allocation.
struct File : sqlite3_file {
  State* state;
  const char* path;  ///< Null: a temporary file. Lives as long as the connection.
  sqlite3_file* real() noexcept { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* self(sqlite3_file* file) {
  return static_cast<File*>(file);
}

int close_file(sqlite3_file* file) {
  return self(file)->real()->pMethods->xClose(self(file)->real());
}

int read_file(sqlite3_file* file, void* data, int size, sqlite3_int64 at) {
  if (self(file)->state->fails(FaultVfs::read)) return SQLITE_IOERR_READ;
  return self(file)->real()->pMethods->xRead(self(file)->real(), data, size, at);
}

int write_file(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
  sqlite3_file* real = self(file)->real();
  if (self(file)->state->fails(FaultVfs::write)) {
    real->pMethods->xWrite(real, data, size / 2, at);  // Torn.
    return SQLITE_IOERR_WRITE;
  }
  return real->pMethods->xWrite(real, data, size, at);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  if (self(file)->state->fails(FaultVfs::truncate)) return SQLITE_IOERR_TRUNCATE;
  return self(file)->real()->pMethods->xTruncate(self(file)->real(), size);
}

int sync_file(sqlite3_file* file, int flags) {
  if (self(file)->state->fails(FaultVfs::sync)) return SQLITE_IOERR_FSYNC;
  const int code = self(file)->real()->pMethods->xSync(self(file)->real(), flags);
  const char* path = self(file)->path;
  State& state = *self(file)->state;
  if (state.remembers && path != nullptr && !state.failing) state.synced[path] = content_of(path);
  return code;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return self(file)->real()->pMethods->xFileSize(self(file)->real(), size);
}
int lock_file(sqlite3_file* file, int level) {
  return self(file)->real()->pMethods->xLock(self(file)->real(), level);
}
int unlock_file(sqlite3_file* file, int level) {
  return self(file)->real()->pMethods->xUnlock(self(file)->real(), level);
}
int check_lock(sqlite3_file* file, int* held) {
  return self(file)->real()->pMethods->xCheckReservedLock(self(file)->real(), held);
}
int control(sqlite3_file* file, int operation, void* argument) {
  return self(file)->real()->pMethods->xFileControl(self(file)->real(), operation, argument);
}
int sector_size(sqlite3_file* file) {
  return self(file)->real()->pMethods->xSectorSize(self(file)->real());
}
int characteristics(sqlite3_file* file) {
  return self(file)->real()->pMethods->xDeviceCharacteristics(self(file)->real());
}
int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  if (self(file)->state->fails(FaultVfs::map)) return SQLITE_IOERR_SHMMAP;
  return self(file)->real()->pMethods->xShmMap(self(file)->real(), page, size, extend, out);
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  return self(file)->real()->pMethods->xShmLock(self(file)->real(), offset, count, flags);
}
void barrier(sqlite3_file* file) {
  self(file)->real()->pMethods->xShmBarrier(self(file)->real());
}
int unmap_shared(sqlite3_file* file, int remove) {
  return self(file)->real()->pMethods->xShmUnmap(self(file)->real(), remove);
}

constexpr sqlite3_io_methods kMethods = {
    2,           close_file,  read_file,    write_file, truncate_file, sync_file,       file_size,
    lock_file,   unlock_file, check_lock,   control,    sector_size,   characteristics, map_shared,
    lock_shared, barrier,     unmap_shared, nullptr,    nullptr};

int open_file(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags, int* out) {
  auto* state = static_cast<State*>(vfs->pAppData);
  file->pMethods = nullptr;
  if (state->fails(FaultVfs::open)) return SQLITE_CANTOPEN;
  File* wrapped = self(file);
  wrapped->state = state;
  wrapped->path = name;
  // What a file holds before it is opened here counts as synced.
  if (state->remembers && name != nullptr && !state->synced.contains(name))
    state->synced[name] = content_of(name);
  const int code = state->real->xOpen(state->real, name, wrapped->real(), flags, out);
  // A file whose methods are set is closed by SQLite even after a failure, as the real one wants.
  if (wrapped->real()->pMethods != nullptr) file->pMethods = &kMethods;
  return code;
}

int last_error(sqlite3_vfs* vfs, int size, char* text) {
  auto* state = static_cast<State*>(vfs->pAppData);
  if (state->failing) return state->system_errno;
  return state->real->xGetLastError(state->real, size, text);
}

State* state_of(sqlite3_vfs* vfs) {
  return static_cast<State*>(vfs->pAppData);
}

}  // namespace

FaultVfs::FaultVfs(const std::string& name, bool remembers) : state_(std::make_unique<State>()) {
  state_->remembers = remembers;
  state_->name = name;
  state_->real = sqlite3_vfs_find(nullptr);
  sqlite3_vfs& vfs = state_->vfs;
  vfs.iVersion = 2;
  vfs.szOsFile = static_cast<int>(sizeof(File)) + state_->real->szOsFile;
  vfs.mxPathname = state_->real->mxPathname;
  vfs.zName = state_->name.c_str();
  vfs.pAppData = state_.get();
  vfs.xOpen = open_file;
  vfs.xDelete = [](sqlite3_vfs* v, const char* path, int sync_folder) {
    return state_of(v)->real->xDelete(state_of(v)->real, path, sync_folder);
  };
  vfs.xAccess = [](sqlite3_vfs* v, const char* path, int flags, int* result) {
    return state_of(v)->real->xAccess(state_of(v)->real, path, flags, result);
  };
  vfs.xFullPathname = [](sqlite3_vfs* v, const char* path, int size, char* out) {
    return state_of(v)->real->xFullPathname(state_of(v)->real, path, size, out);
  };
  vfs.xRandomness = [](sqlite3_vfs* v, int size, char* out) {
    return state_of(v)->real->xRandomness(state_of(v)->real, size, out);
  };
  vfs.xSleep = [](sqlite3_vfs* v, int microseconds) {
    return state_of(v)->real->xSleep(state_of(v)->real, microseconds);
  };
  vfs.xCurrentTime = [](sqlite3_vfs* v, double* now) {
    return state_of(v)->real->xCurrentTime(state_of(v)->real, now);
  };
  vfs.xGetLastError = last_error;
  vfs.xCurrentTimeInt64 = [](sqlite3_vfs* v, sqlite3_int64* now) {
    return state_of(v)->real->xCurrentTimeInt64(state_of(v)->real, now);
  };
  if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK) throw std::runtime_error("no VFS " + name);
}

FaultVfs::~FaultVfs() {
  sqlite3_vfs_unregister(&state_->vfs);
}

const std::string& FaultVfs::name() const noexcept {
  return state_->name;
}

void FaultVfs::arm(unsigned operations, std::uint64_t n, int system_errno, Duration duration) {
  const std::lock_guard guard(state_->mutex);
  state_->operations = operations;
  state_->left = n;
  state_->system_errno = system_errno;
  state_->duration = duration;
  state_->failed = state_->failing = false;
}

void FaultVfs::watch(unsigned operations, std::function<void(std::uint64_t n)> seen) {
  const std::lock_guard guard(state_->mutex);
  state_->watched = operations;
  state_->count = 0;
  state_->seen = std::move(seen);
}

void FaultVfs::lose_power_at(unsigned operations, std::uint64_t n) {
  arm(operations, n, EIO, Duration::from_then_on);
  state_->outage = true;
  state_->at_loss.clear();
}

void FaultVfs::wake_up(std::uint64_t seed) {
  constexpr std::size_t kSector = 512;
  std::mt19937_64 random(seed);
  for (const auto& [path, lost] : state_->at_loss) {
    const std::optional<std::string>& synced = state_->synced[path];
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    std::filesystem::remove(path + "-shm", ignored);  // Memory.
    if (!lost && !synced) continue;
    const std::string was = synced.value_or("");
    const std::string now = lost.value_or("");
    const bool new_size = random() % 2 == 0;
    std::string kept = was;
    for (std::size_t at = 0; at < now.size(); at += kSector) {
      if (random() % 2 == 0) continue;
      const std::size_t end = std::min(now.size(), at + kSector);
      if (kept.size() < end) kept.resize(end, '\0');
      std::copy(now.begin() + static_cast<std::ptrdiff_t>(at),
                now.begin() + static_cast<std::ptrdiff_t>(end),
                kept.begin() + static_cast<std::ptrdiff_t>(at));
    }
    if (new_size) kept.resize(now.size(), '\0');
    std::ofstream(path, std::ios::binary) << kept;
  }
  state_->synced.clear();
  state_->at_loss.clear();
  disarm();
}

void FaultVfs::disarm() noexcept {
  const std::lock_guard guard(state_->mutex);
  state_->outage = false;
  state_->operations = 0;
  state_->left = 0;
  state_->failing = false;
}

bool FaultVfs::fired() const noexcept {
  const std::lock_guard guard(state_->mutex);
  return state_->failed;
}

}  // namespace dg
