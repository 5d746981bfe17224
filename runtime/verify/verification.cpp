#include "runtime/verify/verification.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <system_error>

#include "runtime/engine/engine.h"
#include "runtime/storage/data_directory.h"
#include "runtime/verify/catalog_check.h"

namespace laminar {

namespace {

constexpr std::uint64_t every_size = std::numeric_limits<std::uint64_t>::max();

void add(Verification& found, const char* check, std::string message) {
    found.findings.push_back({check, true, std::move(message)});
}

void check_directory(const std::string& path, Verification& found) {
    const DirectoryFiles files(path);
    try {
        (void)read_format_text(files);
        found.files = check_files(files, every_size);
    } catch (const DamagedFile& problem) {
        return add(found, "files", problem.what());
    }
    if (!found.files.mark)
        found.findings.push_back(
            {"files", false, fmt::format("{} is missing: whether the log is whole cannot be told", mark_name)});
    try {
        check_catalog(files, found);
    } catch (const EngineException& problem) {
        add(found, "files", fmt::format("the database cannot be read: {}", problem.what()));
    }
}

/// A directory for as long as it lives.
class TemporaryDirectory {
public:
    explicit TemporaryDirectory(const std::string& parent) : path_(parent + "/laminar-verify-XXXXXX") {
        if (::mkdtemp(path_.data()) == nullptr)
            throw DataDirectoryError(
                fmt::format("the backup cannot be unpacked: no directory can be made in {}: {}; "
                            "name another with the environment variable TMPDIR",
                            parent, system_message(errno)));
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

}  // namespace

bool Verification::is_sound() const noexcept {
    return std::none_of(findings.begin(), findings.end(), [](const VerifiedFinding& each) { return each.is_error; });
}

Verification verify(const std::string& path, const std::string& temporary_directory) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) throw DataDirectoryError(fmt::format("{}: {}", path, system_message(errno)));
    Verification found;
    if (!S_ISDIR(facts.st_mode)) {
        found.backup.emplace();
        const TemporaryDirectory unpacked(temporary_directory);
        try {
            found.backup = unpack_backup(path, unpacked.path());
        } catch (const DamagedFile& problem) {
            add(found, "backup", problem.what());
            return found;
        }
        check_directory(unpacked.path(), found);
        return found;
    }
    const DirectoryFiles files(path);
    const FileDescriptor lock(files.file(lock_name), O_RDONLY | O_NOFOLLOW);
    if (!lock)
        throw DataDirectoryError(
            fmt::format("{}: {} in it cannot be opened ({}): it is not a data directory of Laminar, "
                        "or it is damaged",
                        path, lock_name, system_message(errno)));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
        throw DataDirectoryError(
            fmt::format("{} is in use by {}; make a backup, which can be done meanwhile (laminar backup "
                        "{} TO FILE), and verify that",
                        path, lock_owner(files), path));
    check_directory(path, found);
    return found;
}

}  // namespace laminar
