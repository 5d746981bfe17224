#include "runtime/storage/backup/finished_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace laminar {

namespace {

[[noreturn]] void refuse_taken(const std::string& path) {
    throw DamagedFile(fmt::format("{} exists already; name another file, or move it away first", path));
}

}  // namespace

bool rename_to_free_name(const std::string& from, const std::string& to) noexcept {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
    // Some file systems cannot be asked for that.
    if (errno != EINVAL && errno != ENOSYS) return false;
    struct stat facts {};
    if (::lstat(to.c_str(), &facts) == 0) {
        errno = EEXIST;
        return false;
    }
    return ::rename(from.c_str(), to.c_str()) == 0;
}

bool leads_to(const std::string& path, const FileDescriptor& opened) noexcept {
    struct stat named {};
    struct stat held {};
    return ::lstat(path.c_str(), &named) == 0 && ::fstat(opened.get(), &held) == 0 && named.st_dev == held.st_dev &&
           named.st_ino == held.st_ino;
}

FinishedFile::FinishedFile(const std::string& path, std::string_view beginning)
    : path_(path), partial_(path + ".partial") {
    struct stat facts {};
    if (::lstat(path_.c_str(), &facts) == 0) refuse_taken(path_);
    FileDescriptor opened(partial_, O_RDWR | O_CREAT | O_NOFOLLOW);
    if (!opened) throw DamagedFile(fmt::format("{} cannot be made: {}", partial_, system_message(errno)));
    // With the lock of what is no longer there, another process has given it its name, or removed it, since it was
    // opened.
    if (::flock(opened.get(), LOCK_EX | LOCK_NB) != 0 || !leads_to(partial_, opened))
        throw DamagedFile(fmt::format("{} is being written by another process", partial_));
    file_ = std::move(opened);
    try {
        check_left_over(beginning);
    } catch (...) {
        is_published_ = true;  // It is not ours to remove.
        throw;
    }
    if (::fchmod(file_.get(), 0600) != 0) throw DamagedFile(fmt::format("{}: {}", partial_, system_message(errno)));
    clear();
}

void FinishedFile::check_left_over(std::string_view beginning) const {
    std::string found(beginning.size(), '\0');
    const ssize_t size = ::pread(file_.get(), found.data(), found.size(), 0);
    if (size < 0) throw DamagedFile(fmt::format("{} cannot be read: {}", partial_, system_message(errno)));
    if (std::string_view(found).substr(0, static_cast<std::size_t>(size)) !=
        beginning.substr(0, static_cast<std::size_t>(size)))
        throw DamagedFile(
            fmt::format("{} is there, and was not left by what was cut off; move it away first", partial_));
}

FinishedFile::~FinishedFile() {
    if (!is_published_ && file_) (void)::unlink(partial_.c_str());
}

void FinishedFile::clear() {
    if (::ftruncate(file_.get(), 0) != 0 || ::lseek(file_.get(), 0, SEEK_SET) != 0)
        throw DamagedFile(fmt::format("{} cannot be written: {}", partial_, system_message(errno)));
}

void FinishedFile::publish() {
    if (::fsync(file_.get()) != 0)
        throw DamagedFile(fmt::format("{} cannot be written: {}", partial_, system_message(errno)));
    if (!rename_to_free_name(partial_, path_)) {
        if (errno == EEXIST) refuse_taken(path_);
        throw DamagedFile(fmt::format("{} cannot be made: {}", path_, system_message(errno)));
    }
    is_published_ = true;
    if (!sync_parent(path_)) throw DamagedFile(fmt::format("{}: {}", path_, system_message(errno)));
}

}  // namespace laminar
