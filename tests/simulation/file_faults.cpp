#include "file_faults.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace laminar::simulation {

namespace {

struct Armed {
    SharedJournal* journal = nullptr;
    std::string directory;
    FileFault fault = FileFault::none;
    std::uint64_t at_step = 0;
    std::atomic<bool> fsync_is_to_fail{false};
};

Armed& armed() {
    static Armed only;
    return only;
}

template <class Function>
Function* original(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

bool is_in_directory(std::string_view path) { return armed().journal && path.starts_with(armed().directory); }

std::string path_of(int file) {
    std::array<char, 512> path{};
    const std::string link = "/proc/self/fd/" + std::to_string(file);
    const ssize_t length = ::readlink(link.c_str(), path.data(), path.size());
    return length > 0 ? std::string(path.data(), static_cast<std::size_t>(length)) : std::string();
}

bool is_ours(int file) { return armed().journal && is_in_directory(path_of(file)); }

[[noreturn]] void die() {
    armed().journal->fault_was_met = true;
    (void)::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
}

enum class Call : std::uint8_t { write, sync, other };

/// At the beginning of a call. Whether it is the one with the fault; fails: it must fail, with errno as it is then.
struct Step {
    bool chosen = false;
    bool fails = false;
};

Step begin_step(Call call) {
    Armed& plan = armed();
    const std::uint64_t step = ++plan.journal->steps;
    const bool chosen = step == plan.at_step;
    switch (plan.fault) {
        case FileFault::kill_before:
        case FileFault::power_cut:
            if (chosen) die();
            break;
        case FileFault::disk_full:
            if (step < plan.at_step || call != Call::write) break;
            plan.journal->fault_was_met = true;
            errno = ENOSPC;
            return {chosen, true};
        case FileFault::fsync_fails:
            if (chosen) plan.fsync_is_to_fail = true;
            if (call != Call::sync || !plan.fsync_is_to_fail.exchange(false)) break;
            plan.journal->fault_was_met = true;
            errno = EIO;
            return {chosen, true};
        default:
            break;
    }
    return {chosen, false};
}

void end_step(const Step& step) {
    if (step.chosen && armed().fault == FileFault::kill_after) die();
}

bool tears() { return armed().fault == FileFault::torn_write && armed().journal->steps >= armed().at_step; }

/// How much of a write in place gets there: a disk writes whole sectors.
size_t torn_part(size_t count) { return count / 2 / 512 * 512; }

void note_sync(int file) {
    struct stat facts {};
    if (path_of(file).ends_with(".wal") && ::fstat(file, &facts) == 0)
        armed().journal->synced_log_bytes = static_cast<std::uint64_t>(facts.st_size);
}

void note_size(std::string_view path, std::uint64_t most) {
    std::atomic<std::uint64_t>& bytes = armed().journal->synced_log_bytes;
    if (path.ends_with(".wal") && bytes > most) bytes = most;
}

}  // namespace

const char* name_of(FileFault fault) {
    switch (fault) {
        case FileFault::none:
            return "no fault";
        case FileFault::kill_before:
            return "kill before a call";
        case FileFault::kill_after:
            return "kill after a call";
        case FileFault::torn_write:
            return "torn write";
        case FileFault::power_cut:
            return "power cut";
        case FileFault::disk_full:
            return "disk full";
        case FileFault::fsync_fails:
            return "fsync fails once";
    }
    return "";
}

void arm_file_faults(SharedJournal& journal, const std::string& directory, FileFault fault, std::uint64_t at_step) {
    armed().directory = directory + "/";
    armed().fault = fault;
    armed().at_step = at_step;
    struct stat facts {};
    // What the processes before have left is what a start puts on the disk before anything else.
    const std::string log = directory + "/laminar.duckdb.wal";
    journal.synced_log_bytes = ::stat(log.c_str(), &facts) == 0 ? static_cast<std::uint64_t>(facts.st_size) : 0;
    armed().journal = &journal;
}

}  // namespace laminar::simulation

// NOLINTBEGIN(readability-identifier-naming): names of the C library.
using namespace laminar::simulation;

extern "C" {

ssize_t write(int file, const void* bytes, size_t count) {
    static auto* const real = original<ssize_t(int, const void*, size_t)>("write");
    if (!is_ours(file)) return real(file, bytes, count);
    const Step step = begin_step(Call::write);
    if (step.fails) return -1;
    if (tears()) {
        (void)real(file, bytes, count / 2);
        die();
    }
    const ssize_t done = real(file, bytes, count);
    end_step(step);
    return done;
}

ssize_t pwrite(int file, const void* bytes, size_t count, off_t place) {
    static auto* const real = original<ssize_t(int, const void*, size_t, off_t)>("pwrite");
    if (!is_ours(file)) return real(file, bytes, count, place);
    const Step step = begin_step(Call::write);
    if (step.fails) return -1;
    if (tears()) {
        (void)real(file, bytes, torn_part(count), place);
        die();
    }
    const ssize_t done = real(file, bytes, count, place);
    end_step(step);
    return done;
}

int fsync(int file) {
    static auto* const real = original<int(int)>("fsync");
    if (!is_ours(file)) return real(file);
    const Step step = begin_step(Call::sync);
    if (step.fails) return -1;
    const int result = real(file);
    if (result == 0) note_sync(file);
    end_step(step);
    return result;
}

int ftruncate(int file, off_t length) noexcept {
    static auto* const real = original<int(int, off_t)>("ftruncate");
    if (!is_ours(file)) return real(file, length);
    const Step step = begin_step(Call::other);
    const int result = real(file, length);
    note_size(path_of(file), static_cast<std::uint64_t>(length));
    end_step(step);
    return result;
}

int rename(const char* from, const char* to) noexcept {
    static auto* const real = original<int(const char*, const char*)>("rename");
    if (!is_in_directory(to)) return real(from, to);
    const Step step = begin_step(Call::other);
    const int result = real(from, to);
    end_step(step);
    return result;
}

int unlink(const char* path) noexcept {
    static auto* const real = original<int(const char*)>("unlink");
    if (!is_in_directory(path)) return real(path);
    const Step step = begin_step(Call::other);
    const int result = real(path);
    note_size(path, 0);
    end_step(step);
    return result;
}

int remove(const char* path) noexcept {
    static auto* const real = original<int(const char*)>("remove");
    if (!is_in_directory(path)) return real(path);
    const Step step = begin_step(Call::other);
    const int result = real(path);
    note_size(path, 0);
    end_step(step);
    return result;
}

}  // extern "C"
// NOLINTEND(readability-identifier-naming)
