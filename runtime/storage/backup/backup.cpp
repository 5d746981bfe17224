#include "runtime/storage/backup/backup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "connectors/rows/utc_clock.h"
#include "runtime/storage/backup/archive.h"
#include "runtime/storage/backup/backup_description.h"
#include "runtime/storage/backup/finished_file.h"
#include "runtime/storage/checkpoint_hold.h"
#include "runtime/storage/crash_point.h"
#include "runtime/storage/data_directory.h"
#include "runtime/storage/files/database_file.h"
#include "runtime/storage/files/file_check.h"

namespace laminar {

namespace {

// A checkpoint that was under way when the request was made comes in between once, one of a full log another time.
constexpr unsigned most_tries = 5;
constexpr unsigned times_to_ask = 20;
constexpr std::chrono::milliseconds between_asking{10};

/// A checkpoint has been made while its files were read: they are of two moments.
class Overtaken {};

/// The directory is there, and one of ours. Of its format file.
std::string check_directory(const DirectoryFiles& files) {
    struct stat facts {};
    if (::stat(files.path().c_str(), &facts) != 0) throw DamagedFile(system_message(errno));
    if (!S_ISDIR(facts.st_mode)) throw DamagedFile("it is not a directory");
    return read_format_text(files);
}

/// What a process is writing at this moment does not look whole: asks again, a little later.
template <class Ask>
auto ask_patiently(bool in_use, Ask&& ask) {
    for (unsigned left = in_use ? times_to_ask : 1; left > 1; --left) {
        try {
            return ask();
        } catch (const DamagedFile&) {
            std::this_thread::sleep_for(between_asking);
        }
    }
    return ask();
}

/// For as long as it lives, no process begins to use the directory. Nothing when one does already.
std::optional<FileDescriptor> lock_unused(const DirectoryFiles& files) {
    FileDescriptor lock(files.file(lock_name), O_RDONLY | O_NOFOLLOW);
    if (!lock) throw DamagedFile(fmt::format("{} cannot be opened: {}", lock_name, system_message(errno)));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return std::optional(std::move(lock));
    if (errno == EWOULDBLOCK) return std::nullopt;
    throw DamagedFile(fmt::format("{} cannot be locked: {}", lock_name, system_message(errno)));
}

/// How much of the log belongs to the moment, of a directory that a process uses.
std::uint64_t committed_log(const DatabaseFile& database, const std::optional<CommitMark>& mark) {
    // After a checkpoint nothing has been committed: the log is empty, or being emptied.
    return mark && mark->checkpoint == database.checkpoint() ? mark->log_bytes : 0;
}

bool is_overtaken(const DatabaseFile& database) {
    return ask_patiently(true, [&] { return database.read_checkpoint(); }) != database.checkpoint();
}

void copy_database(const DatabaseFile& database, std::uint64_t bytes, ArchiveWriter& archive) {
    archive.begin_member(database_name, bytes);
    std::string piece(DatabaseFile::header_bytes, '\0');
    std::uint64_t place = 0;
    while (place < bytes) {
        piece.resize(std::min(place == 0 ? DatabaseFile::header_bytes : database.block_bytes(), bytes - place));
        piece.resize(read_at(database.descriptor(), place, piece.data(), piece.size()));
        const std::uint64_t block = (place - std::min(place, DatabaseFile::header_bytes)) / database.block_bytes();
        const bool is_used = place > 0 && database.is_in_use(block);
        try {
            if (is_used) database.check_block(block, piece);
        } catch (const DamagedFile& problem) {
            if (is_overtaken(database)) throw Overtaken();
            throw DamagedFile(fmt::format("{}: {}", database_name, problem.what()));
        }
        if (piece.empty()) throw Overtaken();  // It has become shorter.
        archive.add(piece);
        place += piece.size();
    }
    archive.end_member();
}

void copy_log(const DirectoryFiles& files, std::uint64_t bytes, ArchiveWriter& archive) {
    const FileDescriptor log(files.log(), O_RDONLY);
    if (!log) throw Overtaken();
    archive.begin_member(log_name, bytes);
    std::string piece(DatabaseFile::header_bytes, '\0');
    for (std::uint64_t place = 0; place < bytes; place += piece.size()) {
        piece.resize(std::min<std::uint64_t>(256U << 10, bytes - place));
        piece.resize(read_at(log.get(), place, piece.data(), piece.size()));
        if (piece.empty()) throw Overtaken();
        archive.add(piece);
    }
    archive.end_member();
}

/// in_use: a process commits meanwhile.
BackupFacts copy(const DirectoryFiles& files, const std::string& format, bool in_use, int target,
                 const std::string& version) {
    std::optional<FileFacts> whole;
    if (!in_use) whole = check_files(files, 0);
    // The mark before the checkpoint: a mark of a later one would be of a log that does not go with it.
    const std::optional<CommitMark> mark =
        whole ? whole->mark : ask_patiently(in_use, [&] { return read_mark(files.mark()); });
    const DatabaseFile database = ask_patiently(in_use, [&] { return DatabaseFile(files.database()); });
    BackupFacts facts;
    facts.database_bytes = database.size();
    facts.log_bytes = in_use ? committed_log(database, mark) : whole->log.sound_bytes;
    facts.checkpoint = database.checkpoint();
    facts.commits = mark ? mark->commits : 0;
    facts.committed_at = mark ? mark->committed_at : 0;
    facts.made_at = utc_now();
    if (in_use && facts.log_bytes > 0) {
        const LogContent log = read_log(files.log(), facts.log_bytes);
        if (log.committed_bytes != facts.log_bytes) {
            if (is_overtaken(database)) throw Overtaken();
            throw DamagedFile(fmt::format("{}: what is at byte {} is not what was written", log_name, log.sound_bytes));
        }
    }
    ArchiveWriter archive(target);
    archive.add_member(description_name, describe_backup(facts, version));
    archive.add_member(format_name, format);
    copy_database(database, facts.database_bytes, archive);
    crash_point("backup.database");
    if (facts.log_bytes > 0) copy_log(files, facts.log_bytes, archive);
    // Until the next checkpoint nothing of what it had written changes, nor of the log before it.
    if (is_overtaken(database)) throw Overtaken();
    archive.finish();
    return facts;
}

}  // namespace

BackupFacts make_backup(const std::string& directory, const std::string& file, const std::string& version) {
    const DirectoryFiles files(directory);
    const std::string place = fmt::format("data directory {}: ", directory);
    std::optional<FileDescriptor> lock;
    std::optional<CheckpointRequest> request;
    std::string format;
    try {
        format = check_directory(files);
        lock = lock_unused(files);
        if (!lock) request.emplace(files);
    } catch (const DamagedFile& problem) {
        throw DataDirectoryError(place + problem.what());
    }
    std::optional<FinishedFile> target;
    try {
        target.emplace(file, description_name);  // The name of its first member comes first.
    } catch (const DamagedFile& problem) {
        throw DataDirectoryError(fmt::format("the backup cannot be written: {}", problem.what()));
    }
    for (unsigned tries = 1; tries <= most_tries; ++tries) {
        try {
            target->clear();
            BackupFacts facts = copy(files, format, !lock, target->descriptor(), version);
            crash_point("backup.written");
            target->publish();
            facts.tries = tries;
            return facts;
        } catch (const Overtaken&) {
            continue;
        } catch (const DamagedFile& problem) {
            throw DataDirectoryError(fmt::format("no backup of {} has been made: {}", directory, problem.what()));
        }
    }
    throw DataDirectoryError(
        fmt::format("no backup of {} has been made: {} times a checkpoint came while it was read; try "
                    "again when less is written",
                    directory, most_tries));
}

}  // namespace laminar
