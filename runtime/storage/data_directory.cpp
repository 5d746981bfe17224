#include "runtime/storage/data_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "runtime/storage/crash_point.h"

namespace laminar {

namespace {

/// 1: declarations and stored tables. 2: state and retained rows as well. 3: of a group of an updating result the table
/// of its state has several rows, of which the last holds: what knows only format 2 would add them up.
constexpr int format_version = 3;
constexpr std::string_view previous_version = "2";
constexpr std::string_view older_version = "1";
constexpr std::string_view format_words = "laminar data directory, format ";
constexpr std::string_view incomplete_word = ", incomplete";
constexpr std::string_view from_a_backup = "restore it from a backup";

[[noreturn]] void fail(const std::string& path, std::string_view what) {
    throw DataDirectoryError(fmt::format("data directory {}: {}", path, what));
}

/// A start reads the blocks of a database up to this size: less than a second, where the system has it in memory.
constexpr std::uint64_t largest_read_at_start = 1ULL << 30;

/// The text of a small file; nothing when there is none.
std::optional<std::string> read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string absolute_path(const std::string& path) {
    std::string absolute = std::filesystem::absolute(path.empty() ? "." : path).lexically_normal().string();
    while (absolute.size() > 1 && absolute.back() == '/') absolute.pop_back();
    return absolute;
}

std::string format_text(bool incomplete) {
    return fmt::format("{}{}{}\n", format_words, format_version, incomplete ? incomplete_word : "");
}

std::string this_process() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
    return fmt::format("process {} on host {}\n", ::getpid(), host.data());
}

void remove_all(const std::string& directory, const std::string& path) {
    std::error_code problem;
    std::filesystem::remove_all(path, problem);
    if (problem) fail(directory, fmt::format("{} cannot be removed: {}", path, problem.message()));
}

}  // namespace

DataDirectory::DataDirectory(const std::string& path) : files_(absolute_path(path)) {
    if (path.empty()) throw DataDirectoryError("data directory: a path is needed");
    make_or_check();
    lock();
    read_format();
    // Of a process that was killed.
    remove_all(this->path(), spill_directory());
    if (!incomplete_) check_and_cut();
}

std::string DataDirectory::spill_directory() const { return files_.file("tmp"); }

/// Nothing is written into a directory that is not one of ours, nor free to become one.
void DataDirectory::make_or_check() {
    const bool made = ::mkdir(path().c_str(), 0700) == 0;
    if (!made && errno != EEXIST) {
        const int error = errno;
        fail(path(), fmt::format("it cannot be made: {}{}", system_message(error),
                                 error == ENOENT ? "; make the directory that it is to be in first" : ""));
    }
    struct stat facts {};
    if (::stat(path().c_str(), &facts) != 0) fail(path(), system_message(errno));
    if (!S_ISDIR(facts.st_mode)) fail(path(), "it is not a directory");
    if (facts.st_uid != ::geteuid())
        fail(path(), fmt::format("it belongs to user {}, and this process is user {}'s; run it as the owner",
                                 facts.st_uid, ::geteuid()));
    std::error_code problem;
    const bool empty = std::filesystem::is_empty(path(), problem);
    if (problem) fail(path(), fmt::format("it cannot be read: {}", problem.message()));
    if (empty && ::chmod(path().c_str(), 0700) != 0) fail(path(), system_message(errno));
    if (!empty && ::access(files_.file(lock_name).c_str(), F_OK) != 0)
        fail(path(),
             fmt::format("there are files in it, but no {}: it is not a data directory of Laminar; name another, "
                         "or an empty one",
                         lock_name));
    if (!empty && (facts.st_mode & 077) != 0)
        fail(path(), "others than its owner may enter it; close it with chmod 700");
    // The engine makes its log anew after every checkpoint, and this process its lock.
    if (::faccessat(AT_FDCWD, path().c_str(), R_OK | W_OK | X_OK, AT_EACCESS) != 0)
        fail(path(), fmt::format("it cannot be written: {}; it needs mode 0700 on a file system that can be written",
                                 system_message(errno)));
    check_files_are_ours();
}

/// A process of another user could not go on with what this one leaves, nor must others read it.
void DataDirectory::check_files_are_ours() const {
    for (const char* name : {lock_name, format_name, database_name, log_name, mark_name}) {
        const std::string file = files_.file(name);
        struct stat facts {};
        if (::lstat(file.c_str(), &facts) != 0) continue;  // Whether it must be there is asked later.
        if (!S_ISREG(facts.st_mode)) fail(path(), fmt::format("{} is not a file", name));
        if (facts.st_uid != ::geteuid())
            fail(path(), fmt::format("{} belongs to user {}, and this process is user {}'s; give it to its owner "
                                     "(chown), or run this as that user",
                                     name, facts.st_uid, ::geteuid()));
        if ((facts.st_mode & 077) != 0)
            fail(path(), fmt::format("others than its owner may use {}; close it with chmod 600", name));
        if (::faccessat(AT_FDCWD, file.c_str(), R_OK | W_OK, AT_EACCESS) != 0)
            fail(path(), fmt::format("{} cannot be written: {}; it needs mode 0600", name, system_message(errno)));
    }
}

void DataDirectory::lock() {
    FileDescriptor opened(files_.file(lock_name), O_RDWR | O_CREAT | O_NOFOLLOW);
    if (!opened) fail(path(), fmt::format("{} cannot be opened: {}", lock_name, system_message(errno)));
    if (::flock(opened.get(), LOCK_EX | LOCK_NB) != 0) {
        const int error = errno;
        if (error == EWOULDBLOCK)
            fail(path(),
                 fmt::format("it is in use by {}; a data directory has one process at a time", lock_owner(files_)));
        fail(path(), fmt::format("{} cannot be locked: {}", lock_name, system_message(error)));
    }
    if (::ftruncate(opened.get(), 0) != 0 || !write_all(opened.get(), this_process()))
        fail(path(), fmt::format("{} cannot be written: {}", lock_name, system_message(errno)));
    lock_ = std::move(opened);
    crash_point("directory.locked");
}

/// What was being written when a process ended has not been acknowledged to anybody. The engine leaves it out as well,
/// but not whatever it looks like: pages that a power cut left empty it takes for damage.
void DataDirectory::check_and_cut() {
    try {
        found_ = check_files(files_, largest_read_at_start);
    } catch (const DamagedFile& problem) {
        fail(path(), problem.what());
    }
    if (found_.log.bytes == 0) return;
    const FileDescriptor log(files_.log(), O_RDWR);
    if (found_.log.sound_bytes < found_.log.bytes) {
        cut_bytes_ = found_.log.bytes - found_.log.sound_bytes;
        if (!log || ::ftruncate(log.get(), static_cast<off_t>(found_.log.sound_bytes)) != 0)
            fail(path(), fmt::format("{} cannot be written: {}", log_name, system_message(errno)));
    }
    // A process that was killed may have left it to the system: what is read of it now must not be gone later.
    if (!log || ::fsync(log.get()) != 0)
        fail(path(), fmt::format("{} cannot be written: {}", log_name, system_message(errno)));
}

std::string lock_owner(const DirectoryFiles& files) {
    std::string text = read_text(files.file(lock_name)).value_or("");
    text.erase(std::find(text.begin(), text.end(), '\n'), text.end());
    return text.empty() ? "another process" : text;
}

namespace {

/// The version of the format. Throws DamagedFile unless this version knows it.
std::string_view check_format(std::string_view text) {
    while (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with(incomplete_word)) text.remove_suffix(incomplete_word.size());
    if (!text.starts_with(format_words))
        throw DamagedFile(
            fmt::format("{} cannot be understood: the directory is damaged; {}", format_name, from_a_backup));
    text.remove_prefix(format_words.size());
    if (text != older_version && text != previous_version && text != fmt::to_string(format_version))
        throw DamagedFile(fmt::format(
            "it has format {}, and this Laminar knows format {}; use the version that wrote it", text, format_version));
    return text;
}

}  // namespace

std::string read_format_text(const DirectoryFiles& files) {
    std::optional<std::string> text = read_text(files.file(format_name));
    if (!text)
        throw DamagedFile(
            fmt::format("there is no {} in it that can be read: it is not a data directory of Laminar, or "
                        "it is damaged",
                        format_name));
    (void)check_format(*text);
    if (text->find(incomplete_word) != std::string::npos)
        throw DamagedFile("its first start was cut off: there is nothing in it yet");
    return std::move(*text);
}

void DataDirectory::read_format() {
    const std::optional<std::string> text = read_text(files_.file(format_name));
    const bool has_database = ::access(database_file().c_str(), F_OK) == 0;
    if (!text) {
        // The database is made only after the file of the format.
        if (has_database)
            fail(path(), fmt::format("{} is missing: the directory is damaged; {}", format_name, from_a_backup));
        write_format(true);
        crash_point("directory.incomplete");
        incomplete_ = true;
        return;
    }
    try {
        const std::string_view version = check_format(*text);
        older_ = version == older_version;
        previous_ = version == previous_version;
    } catch (const DamagedFile& problem) {
        fail(path(), problem.what());
    }
    incomplete_ = text->find(incomplete_word) != std::string::npos;
    if (incomplete_) {
        // Its first start was cut off, before anything was done.
        for (const char* name : {database_name, log_name, mark_name}) remove_all(path(), files_.file(name));
    } else if (!has_database) {
        fail(path(), fmt::format("{} is missing: the directory is damaged; {}", database_name, from_a_backup));
    }
}

void DataDirectory::complete() {
    write_format(false);
    incomplete_ = older_ = previous_ = false;
    crash_point("directory.complete");
}

/// In the place of the one before, at once and for good.
void DataDirectory::write_format(bool incomplete) const {
    const std::string file = files_.file(format_name);
    const std::string next = file + ".next";
    const FileDescriptor written(next, O_WRONLY | O_CREAT | O_TRUNC);
    const bool done = written && write_all(written.get(), format_text(incomplete)) && ::fsync(written.get()) == 0 &&
                      ::rename(next.c_str(), file.c_str()) == 0 && sync_parent(file);
    if (!done) fail(path(), fmt::format("{} cannot be written: {}", format_name, system_message(errno)));
}

}  // namespace laminar
