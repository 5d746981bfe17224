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

constexpr int format_version = 1;
constexpr const char* lock_file = "laminar.lock";
constexpr const char* format_file = "laminar.format";
constexpr const char* database_name = "laminar.duckdb";
constexpr std::string_view format_words = "laminar data directory, format ";
constexpr std::string_view incomplete_word = ", incomplete";

std::string system_message(int error) { return std::generic_category().message(error); }

[[noreturn]] void fail(const std::string& path, std::string_view what) {
    throw DataDirectoryError(fmt::format("data directory {}: {}", path, what));
}

class File {
public:
    File(const std::string& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] int get() const noexcept { return descriptor_; }
    [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }

private:
    int descriptor_;
};

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// The text of a small file; nothing when there is none.
std::optional<std::string> read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

/// "process 4711 on host web1", as its owner wrote it.
std::string owner_of(const std::string& lock_path) {
    std::string text = read_text(lock_path).value_or("");
    text.erase(std::find(text.begin(), text.end(), '\n'), text.end());
    return text.empty() ? "another process" : text;
}

std::string this_process() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
    return fmt::format("process {} on host {}\n", ::getpid(), host.data());
}

std::uint64_t size_of(const std::string& path) {
    std::error_code problem;
    const auto size = std::filesystem::file_size(path, problem);
    return problem ? 0 : size;
}

void remove_all(const std::string& directory, const std::string& path) {
    std::error_code problem;
    std::filesystem::remove_all(path, problem);
    if (problem) fail(directory, fmt::format("{} cannot be removed: {}", path, problem.message()));
}

}  // namespace

DataDirectory::DataDirectory(const std::string& path)
    : path_(std::filesystem::absolute(path.empty() ? "." : path).lexically_normal().string()) {
    if (path.empty()) throw DataDirectoryError("data directory: a path is needed");
    while (path_.size() > 1 && path_.back() == '/') path_.pop_back();
    make_or_check();
    lock();
    try {
        read_format();
        // Of a process that was killed.
        remove_all(path_, spill_directory());
        replayed_bytes_ = size_of(database_file() + ".wal");
    } catch (...) {
        ::close(lock_);
        throw;
    }
}

/// The file of the lock stays: who waits for it holds it open.
DataDirectory::~DataDirectory() { ::close(lock_); }

std::string DataDirectory::file(const char* name) const { return fmt::format("{}/{}", path_, name); }
std::string DataDirectory::database_file() const { return file(database_name); }
std::string DataDirectory::spill_directory() const { return file("tmp"); }

/// Nothing is written into a directory that is not one of ours, nor free to become one.
void DataDirectory::make_or_check() {
    const bool made = ::mkdir(path_.c_str(), 0700) == 0;
    if (!made && errno != EEXIST) {
        const int error = errno;
        fail(path_, fmt::format("it cannot be made: {}{}", system_message(error),
                                error == ENOENT ? "; make the directory that it is to be in first" : ""));
    }
    struct stat facts {};
    if (::stat(path_.c_str(), &facts) != 0) fail(path_, system_message(errno));
    if (!S_ISDIR(facts.st_mode)) fail(path_, "it is not a directory");
    if (facts.st_uid != ::geteuid())
        fail(path_, fmt::format("it belongs to user {}, and this process is user {}'s; run it as the owner",
                                facts.st_uid, ::geteuid()));
    std::error_code problem;
    const bool empty = std::filesystem::is_empty(path_, problem);
    if (problem) fail(path_, fmt::format("it cannot be read: {}", problem.message()));
    if (empty && ::chmod(path_.c_str(), 0700) != 0) fail(path_, system_message(errno));
    if (!empty && ::access(file(lock_file).c_str(), F_OK) != 0)
        fail(path_,
             fmt::format("there are files in it, but no {}: it is not a data directory of Laminar; name another, "
                         "or an empty one",
                         lock_file));
    if (!empty && (facts.st_mode & 077) != 0)
        fail(path_, "others than its owner may enter it; close it with chmod 700");
}

void DataDirectory::lock() {
    File opened(file(lock_file), O_RDWR | O_CREAT | O_NOFOLLOW);
    if (opened.get() < 0) fail(path_, fmt::format("{} cannot be opened: {}", lock_file, system_message(errno)));
    if (::flock(opened.get(), LOCK_EX | LOCK_NB) != 0) {
        const int error = errno;
        if (error == EWOULDBLOCK)
            fail(path_, fmt::format("it is in use by {}; a data directory has one process at a time",
                                    owner_of(file(lock_file))));
        fail(path_, fmt::format("{} cannot be locked: {}", lock_file, system_message(error)));
    }
    if (::ftruncate(opened.get(), 0) != 0 || !write_all(opened.get(), this_process()))
        fail(path_, fmt::format("{} cannot be written: {}", lock_file, system_message(errno)));
    lock_ = opened.release();
    crash_point("directory.locked");
}

void DataDirectory::read_format() {
    const std::optional<std::string> text = read_text(file(format_file));
    const bool has_database = ::access(database_file().c_str(), F_OK) == 0;
    if (!text) {
        // The database is made only after the file of the format.
        if (has_database)
            fail(path_, fmt::format("{} is missing: the directory is damaged; restore it from a backup", format_file));
        write_format(true);
        crash_point("directory.incomplete");
        incomplete_ = true;
        return;
    }
    std::string_view rest = *text;
    while (rest.ends_with('\n')) rest.remove_suffix(1);
    incomplete_ = rest.ends_with(incomplete_word);
    if (incomplete_) rest.remove_suffix(incomplete_word.size());
    if (!rest.starts_with(format_words))
        fail(path_,
             fmt::format("{} cannot be understood: the directory is damaged; restore it from a backup", format_file));
    rest.remove_prefix(format_words.size());
    if (rest != fmt::to_string(format_version))
        fail(path_, fmt::format("it has format {}, and this Laminar knows format {}; use the version that wrote it",
                                rest, format_version));
    if (incomplete_) {
        // Its first start was cut off, before anything was done.
        remove_all(path_, database_file());
        remove_all(path_, database_file() + ".wal");
    } else if (!has_database) {
        fail(path_, fmt::format("{} is missing: the directory is damaged; restore it from a backup", database_name));
    }
}

void DataDirectory::complete() {
    write_format(false);
    incomplete_ = false;
    crash_point("directory.complete");
}

/// In the place of the one before, at once and for good.
void DataDirectory::write_format(bool incomplete) const {
    const std::string path = file(format_file);
    const std::string next = path + ".next";
    const std::string text = fmt::format("{}{}{}\n", format_words, format_version, incomplete ? incomplete_word : "");
    const File written(next, O_WRONLY | O_CREAT | O_TRUNC);
    const File directory(path_, O_RDONLY | O_DIRECTORY);
    const bool done = written.get() >= 0 && write_all(written.get(), text) && ::fsync(written.get()) == 0 &&
                      ::rename(next.c_str(), path.c_str()) == 0 && directory.get() >= 0 &&
                      ::fsync(directory.get()) == 0;
    if (!done) fail(path_, fmt::format("{} cannot be written: {}", format_file, system_message(errno)));
}

}  // namespace laminar
