#include "runtime/storage/checkpoint_hold.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "runtime/engine/engine.h"

namespace laminar {

namespace {

constexpr std::chrono::milliseconds look_every{50};
constexpr std::uint64_t threshold_while_held = 1'000'000'000;

// Whoever looks whether the file is locked locks it for a moment.
constexpr int tries = 100;
constexpr std::chrono::milliseconds between_tries{10};

}  // namespace

CheckpointRequest::CheckpointRequest(const DirectoryFiles& files) : path_(files.hold()) {
    for (int left = tries; left > 0; --left) {
        FileDescriptor opened(path_, O_RDWR | O_CREAT | O_NOFOLLOW);
        if (!opened) throw DamagedFile(fmt::format("{} cannot be made: {}", hold_name, system_message(errno)));
        if (::flock(opened.get(), LOCK_EX | LOCK_NB) != 0) {
            std::this_thread::sleep_for(between_tries);
            continue;
        }
        struct stat facts {};
        // Somebody has removed it meanwhile: nobody would look at this one.
        if (::fstat(opened.get(), &facts) == 0 && facts.st_nlink == 0) continue;
        // Of root, the process could not open it.
        struct stat directory {};
        if (::geteuid() == 0 && ::stat(files.path().c_str(), &directory) == 0 && directory.st_uid != 0)
            (void)!::fchown(opened.get(), directory.st_uid, directory.st_gid);
        file_ = std::move(opened);
        return;
    }
    throw DamagedFile("another backup of it is being made; wait for its end");
}

CheckpointRequest::~CheckpointRequest() { (void)::unlink(path_.c_str()); }

bool CheckpointHold::is_asked_for() const {
    const FileDescriptor file(path_, O_RDONLY | O_NOFOLLOW);
    if (!file) return false;
    if (::flock(file.get(), LOCK_SH | LOCK_NB) != 0) return errno == EWOULDBLOCK;
    // Of a process that was killed.
    (void)::unlink(path_.c_str());
    return false;
}

void CheckpointHold::set_threshold(Engine& engine, std::uint64_t bytes) {
    engine.execute(
        fmt::format("SET checkpoint_threshold = '{} bytes'", held_ ? std::max(bytes, threshold_while_held) : bytes));
    threshold_ = bytes;
}

bool CheckpointHold::holds(Engine& engine) {
    const Clock::time_point now = Clock::now();
    if (now < next_look_) return held_;
    next_look_ = now + look_every;
    const bool asked = is_asked_for();
    if (asked == held_) return held_;
    try {
        held_ = asked;
        set_threshold(engine, threshold_);
        spdlog::info("checkpoints of the data directory {}", held_ ? "wait: a backup is being made" : "go on");
    } catch (const EngineException& problem) {
        held_ = !asked;
        spdlog::warn("checkpoints of the data directory cannot be put off for a backup: {}", problem.what());
    }
    return held_;
}

}  // namespace laminar
