#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>

#include "runtime/storage/backup/archive.h"
#include "runtime/storage/backup/backup.h"
#include "runtime/storage/backup/backup_description.h"
#include "runtime/storage/backup/finished_file.h"
#include "runtime/storage/crash_point.h"
#include "runtime/storage/data_directory.h"
#include "runtime/storage/files/commit_mark.h"
#include "runtime/storage/files/file_check.h"

namespace laminar {

namespace {

constexpr std::uint64_t every_size = std::numeric_limits<std::uint64_t>::max();

FileDescriptor make_file(const DirectoryFiles& files, const char* name) {
    FileDescriptor file(files.file(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
    if (!file) throw DamagedFile(fmt::format("{} cannot be made: {}", files.file(name), system_message(errno)));
    return file;
}

void write_to(const FileDescriptor& file, const std::string& path, std::string_view bytes) {
    if (!write_all(file.get(), bytes))
        throw DamagedFile(fmt::format("{} cannot be written: {}", path, system_message(errno)));
}

void sync(const FileDescriptor& file, const std::string& path) {
    if (::fsync(file.get()) != 0)
        throw DamagedFile(fmt::format("{} cannot be written: {}", path, system_message(errno)));
}

/// A directory that is under its name only when all of it is there: FinishedFile says more.
class FinishedDirectory {
public:
    explicit FinishedDirectory(const std::string& path) : path_(path), partial_(path + ".partial") {
        struct stat facts {};
        if (::lstat(path_.c_str(), &facts) == 0 && !is_empty_directory(path_))
            throw DamagedFile(
                fmt::format("{} exists already, and is no empty directory; name another, or move it away "
                            "first",
                            path_));
        if (::mkdir(partial_.c_str(), 0700) != 0 && errno != EEXIST)
            throw DamagedFile(fmt::format("{} cannot be made: {}", partial_, system_message(errno)));
        // What a process has left that was killed; one that is at it holds its lock.
        directory_ = FileDescriptor(partial_, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        if (!directory_ || ::flock(directory_.get(), LOCK_EX | LOCK_NB) != 0 || !leads_to(partial_, directory_))
            throw DamagedFile(
                fmt::format("{} is there, and not left by a restore that was cut off; move it away first", partial_));
        clear();
    }
    ~FinishedDirectory() {
        if (is_published_) return;
        try {
            clear();
            (void)::rmdir(partial_.c_str());
        } catch (const std::exception&) {
            // It stays, and the next one begins with clearing it.
        }
    }
    FinishedDirectory(const FinishedDirectory&) = delete;
    FinishedDirectory& operator=(const FinishedDirectory&) = delete;

    [[nodiscard]] const std::string& partial() const noexcept { return partial_; }

    void publish() {
        if (::fsync(directory_.get()) != 0)
            throw DamagedFile(fmt::format("{} cannot be written: {}", partial_, system_message(errno)));
        // In the place of an empty directory, which rename does for directories.
        if (::rename(partial_.c_str(), path_.c_str()) != 0)
            throw DamagedFile(fmt::format("{} cannot be made: {}", path_, system_message(errno)));
        is_published_ = true;
        if (!sync_parent(path_)) throw DamagedFile(fmt::format("{}: {}", path_, system_message(errno)));
    }

private:
    static bool is_empty_directory(const std::string& path) {
        std::error_code problem;
        return std::filesystem::is_directory(path, problem) && std::filesystem::is_empty(path, problem) && !problem;
    }
    /// Of files that a restore makes; another file stays, and the directory with it.
    void clear() const {
        for (const char* name : {lock_name, format_name, database_name, log_name, mark_name})
            (void)::unlink(fmt::format("{}/{}", partial_, name).c_str());
        if (!is_empty_directory(partial_))
            throw DamagedFile(fmt::format("{} has files in it that no restore has made; move it away first", partial_));
    }

    std::string path_;
    std::string partial_;
    FileDescriptor directory_;
    bool is_published_ = false;
};

/// The members of a backup come in this order; there need not be a log.
constexpr std::array<std::string_view, 4> members{description_name, format_name, database_name, log_name};

std::string without_slashes(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}

}  // namespace

BackupFacts unpack_backup(const std::string& file, const std::string& directory) {
    const DirectoryFiles files(directory);
    const FileDescriptor opened(file, O_RDONLY);
    if (!opened) throw DamagedFile(system_message(errno));
    struct stat kind {};
    if (::fstat(opened.get(), &kind) != 0 || !S_ISREG(kind.st_mode)) throw DamagedFile("it is not a file");
    if (kind.st_size == 0) throw DamagedFile("it is empty");
    ArchiveReader archive(opened.get());
    std::optional<BackupFacts> facts;
    std::uint64_t log_bytes = 0;
    std::size_t place = 0;
    while (true) {
        const std::optional<ArchiveReader::Member> member = [&] {
            try {
                return archive.next();
            } catch (const DamagedFile&) {
                if (!facts) throw DamagedFile("it is not a backup of Laminar, or its beginning is damaged");
                throw;
            }
        }();
        if (!member) break;
        const auto* const found =
            std::find(members.begin() + static_cast<std::ptrdiff_t>(place), members.end(), member->name);
        if (member->name != sums_name && (found == members.end() || (place == 0 && found != members.begin())))
            throw DamagedFile(facts ? fmt::format("there is \"{}\" in it, which is not of a backup", member->name)
                                    : "it is not a backup of Laminar");
        if (member->name == description_name) {
            facts = read_description(archive.read_text());
        } else if (member->name == sums_name) {
            archive.read([](std::string_view) {});
            continue;
        } else {
            const std::string path = files.file(std::string(member->name).c_str());
            const FileDescriptor target = make_file(files, std::string(member->name).c_str());
            archive.read([&](std::string_view part) { write_to(target, path, part); });
            sync(target, path);
            if (member->name == log_name) log_bytes = member->bytes;
        }
        place = static_cast<std::size_t>(found - members.begin()) + 1;
    }
    if (place < members.size() - 1 || log_bytes != facts->log_bytes) throw DamagedFile("not everything is in it");
    // From the start on it is known how far the log goes.
    CommitMark mark;
    mark.checkpoint = facts->checkpoint;
    mark.log_bytes = read_log(files.log()).committed_bytes;
    mark.commits = facts->commits;
    mark.committed_at = facts->committed_at;
    const FileDescriptor mark_file = make_file(files, mark_name);
    write_to(mark_file, files.mark(), write_mark(mark));
    sync(mark_file, files.mark());
    const FileDescriptor lock = make_file(files, lock_name);
    sync(lock, files.file(lock_name));
    return *facts;
}

BackupFacts restore_backup(const std::string& file, const std::string& directory) {
    try {
        FinishedDirectory target(without_slashes(directory));
        BackupFacts facts;
        try {
            facts = unpack_backup(file, target.partial());
        } catch (const DamagedFile& problem) {
            throw DataDirectoryError(fmt::format("backup {}: {}; nothing has been restored", file, problem.what()));
        }
        const DirectoryFiles files(target.partial());
        (void)read_format_text(files);
        (void)check_files(files, every_size);
        crash_point("restore.written");
        target.publish();
        return facts;
    } catch (const DamagedFile& problem) {
        throw DataDirectoryError(fmt::format("nothing has been restored: {}", problem.what()));
    }
}

}  // namespace laminar
