#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "catalog/threads/mutex.h"
#include "runtime/storage/files/commit_mark.h"
#include "runtime/storage/files/directory_files.h"
#include "runtime/storage/files/file_access.h"

namespace laminar {

/// Writes down after each commit of the engine how far its log goes (laminar.commits). The engine takes a log that ends
/// too early for one that was cut off while a commit was written: with this a start can tell. The system writes it to
/// the disk when it likes, so it may be older than the log, but never newer: it is written when the commit is on disk.
class CommitRecorder {
public:
    /// While the engine has the database open: it holds a lock on the file that ends when this process closes the file,
    /// so this must outlive the engine. before: as it was at the start, if that is known. committed_bytes: of the log
    /// then; what the engine did not find whole it may cut off later. Throws DamagedFile when the mark cannot be
    /// written.
    CommitRecorder(const DirectoryFiles& files, const std::optional<CommitMark>& before, std::uint64_t committed_bytes);

    /// On the thread that commits, which must be the one that makes checkpoints, too: before the next of either.
    void on_commit() noexcept;
    /// As of the last commit. Any thread.
    [[nodiscard]] CommitMark mark() const;
    /// Of the log, as it is now. Any thread.
    [[nodiscard]] std::uint64_t log_bytes() const noexcept;
    [[nodiscard]] std::uint64_t database_bytes() const noexcept;

private:
    [[nodiscard]] bool read_checkpoint(std::uint64_t& checkpoint) const noexcept;
    [[nodiscard]] bool write(bool committed, std::uint64_t most_log_bytes);

    std::string database_;
    std::string log_;
    FileDescriptor database_file_;
    FileDescriptor mark_file_;
    mutable Mutex mutex_;
    CommitMark mark_ LAMINAR_GUARDED_BY(mutex_);
    bool has_warned_ = false;
};

}  // namespace laminar
