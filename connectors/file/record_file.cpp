#include "connectors/file/record_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace laminar {

namespace {

constexpr mode_t permissions = 0666;  // As far as the user's mask allows.

/// The last byte of a file; a line feed when it is empty or cannot be read.
char last_byte(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    char last = '\n';
    if (file.seekg(-1, std::ios::end)) file.get(last);
    return last;
}

bool ends_within_quotes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::array<char, 64 << 10> part{};
    bool open = false;
    while (file.read(part.data(), part.size()), file.gcount() > 0) {
        const auto quotes = std::count(part.begin(), part.begin() + file.gcount(), '"');
        open = open != (quotes % 2 != 0);
    }
    return open;
}

}  // namespace

RecordFile::~RecordFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void RecordFile::fail(int error) const {
    throw std::system_error(error, std::generic_category(), fmt::format("cannot write \"{}\"", path_));
}

std::optional<std::uint64_t> RecordFile::length() const {
    struct stat status {};
    if (::stat(path_.c_str(), &status) != 0) return errno == ENOENT ? std::optional<std::uint64_t>(0) : std::nullopt;
    if (!S_ISREG(status.st_mode)) return std::nullopt;
    return static_cast<std::uint64_t>(status.st_size);
}

void RecordFile::cut_back() {
    const std::optional<std::uint64_t> recorded = std::exchange(recorded_, std::nullopt);
    if (!recorded) return;
    const std::optional<std::uint64_t> now = length();
    if (!now || *now < *recorded)
        throw std::runtime_error(fmt::format(
            "\"{}\" has {} bytes, and had {} with the last commit: rows that were written are missing. Put the file "
            "back; or, to go on with it as it is, declare its connection anew (CREATE OR REPLACE CONNECTION, ALTER "
            "CONNECTION)",
            path_, now.value_or(0), *recorded));
    if (*now == *recorded) return;
    if (::truncate(path_.c_str(), static_cast<off_t>(*recorded)) != 0) fail(errno);
}

void RecordFile::open(bool quoted) {
    cut_back();
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, permissions);
    if (descriptor_ < 0) fail(errno);
    begin_line(quoted);
}

void RecordFile::begin_line(bool quoted) {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) return;
    if (last_byte(path_) == '\n') return;
    // Goes with the first record: without one, the file stays as it is.
    if (quoted && ends_within_quotes(path_)) buffer_.text() += '"';
    buffer_.text() += '\n';
}

std::size_t RecordFile::write(int& error) const {
    std::string_view rest = buffer_.view();
    error = 0;
    while (!rest.empty()) {
        const ssize_t count = ::write(descriptor_, rest.data(), rest.size());
        if (count >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(count));
        } else if (errno != EINTR) {
            error = errno;
            break;
        }
    }
    return buffer_.view().size() - rest.size();
}

void RecordFile::flush() {
    if (buffer_.records() == 0) return;
    int error = 0;
    const RecordBuffer::Whole whole = buffer_.whole_within(write(error));
    written_ += whole.records;
    buffer_.clear();
    if (error == 0 && is_durable_ && ::fdatasync(descriptor_) != 0) fail(errno);
    if (error == 0) return;
    cut_off_end(descriptor_, whole.rest);
    fail(error);
}

void RecordFile::close() {
    // Some file systems only tell here that there was no room.
    if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) fail(errno);
}

}  // namespace laminar
