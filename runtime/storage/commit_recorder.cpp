#include "runtime/storage/commit_recorder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <utility>

#include "connectors/rows/utc_clock.h"

namespace laminar {

namespace {

// Of each of the two headers, where the number of the checkpoint is: see DatabaseFile.
constexpr std::array<off_t, 2> places_of_checkpoint{4096 + 8, 8192 + 8};

std::uint64_t bytes_of(const std::string& path) noexcept {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 ? static_cast<std::uint64_t>(facts.st_size) : 0;
}

}  // namespace

CommitRecorder::CommitRecorder(const DirectoryFiles& files, const std::optional<CommitMark>& before,
                               std::uint64_t committed_bytes)
    : database_(files.database()),
      log_(files.log()),
      database_file_(database_, O_RDONLY),
      mark_file_(files.mark(), O_WRONLY | O_CREAT),
      mark_(before.value_or(CommitMark())) {
    if (!mark_file_ || !write(false, committed_bytes) || ::fsync(mark_file_.get()) != 0 || !sync_parent(files.mark()))
        throw DamagedFile(fmt::format("{} cannot be written: {}", mark_name, system_message(errno)));
}

bool CommitRecorder::read_checkpoint(std::uint64_t& checkpoint) const noexcept {
    checkpoint = 0;
    for (const off_t place : places_of_checkpoint) {
        std::uint64_t number = 0;
        if (::pread(database_file_.get(), &number, sizeof number, place) != sizeof number) return false;
        checkpoint = std::max(checkpoint, number);
    }
    return true;
}

bool CommitRecorder::write(bool committed, std::uint64_t most_log_bytes) {
    std::uint64_t checkpoint = 0;
    // Without it nothing can be said about the log, and nothing is: what was said before still holds.
    if (!read_checkpoint(checkpoint)) return true;
    const std::uint64_t log_bytes = std::min(bytes_of(log_), most_log_bytes);
    const std::int64_t now = utc_now();
    std::string line;
    {
        const MutexLock lock(mutex_);
        // A checkpoint without a commit, as one is made by every end in good order, is not known by its time.
        if (committed && mark_.checkpoint != checkpoint) mark_.checkpointed_at = now;
        if (committed) mark_.committed_at = now;
        if (committed) ++mark_.commits;
        mark_.checkpoint = checkpoint;
        mark_.log_bytes = log_bytes;
        line = write_mark(mark_);
    }
    return ::pwrite(mark_file_.get(), line.data(), line.size(), 0) == static_cast<ssize_t>(line.size());
}

void CommitRecorder::on_commit() noexcept {
    try {
        if (write(true, std::numeric_limits<std::uint64_t>::max()) || std::exchange(has_warned_, true)) return;
        spdlog::warn("{} cannot be written ({}): a start does not find out whether the log is whole", mark_name,
                     system_message(errno));
    } catch (const std::exception&) {
        // There is no memory: the mark is older than it might be.
    }
}

CommitMark CommitRecorder::mark() const {
    const MutexLock lock(mutex_);
    return mark_;
}

std::uint64_t CommitRecorder::log_bytes() const noexcept { return bytes_of(log_); }
std::uint64_t CommitRecorder::database_bytes() const noexcept { return bytes_of(database_); }

}  // namespace laminar
