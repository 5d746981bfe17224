#include "runtime/storage/files/log_file.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string_view>
#include <utility>

#include "runtime/storage/files/engine_sum.h"
#include "runtime/storage/files/file_access.h"

namespace laminar {

namespace {

// The file begins with an entry of its own, which names the version: 2 has entries of size, sum and content.
constexpr std::string_view beginning("\x64\x00\x62\x65\x00\x02\xff\xff", log_beginning_bytes);
constexpr std::size_t place_of_version = 5;
constexpr std::uint64_t head_bytes = 16;

// Content is a list of fields, each with its number in two bytes; the first is the kind of the entry.
constexpr std::size_t place_of_kind = 2;
constexpr std::size_t place_of_field = 3;
constexpr char insert_kind = 26;
constexpr char delete_kind = 27;
constexpr char update_kind = 28;
constexpr char commit_kind = 100;
constexpr std::string_view rows_of_insert("\x65\x00\x64\x00", 4);  ///< A chunk, which begins with its rows.
constexpr std::string_view columns_of_update("\x65\x00", 2);       ///< A list of numbers, and then the chunk:
constexpr std::string_view rows_of_update("\x66\x00\x64\x00", 4);

/// A number in groups of seven bits; nothing when it does not end.
std::optional<std::uint64_t> take_number(std::string_view& bytes) {
    std::uint64_t number = 0;
    for (unsigned shift = 0; !bytes.empty() && shift < 64; shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) return number;
    }
    return std::nullopt;
}

std::uint64_t rows_of(std::string_view entry) {
    const char kind = entry[place_of_kind];
    std::string_view rest = entry.substr(place_of_field);
    if (kind == update_kind && rest.starts_with(columns_of_update)) {
        rest.remove_prefix(columns_of_update.size());
        const std::optional<std::uint64_t> columns = take_number(rest);
        for (std::uint64_t column = 0; columns && column < *columns && !rest.empty(); ++column) (void)take_number(rest);
        if (!rest.starts_with(rows_of_update)) return 0;
    } else if ((kind != insert_kind && kind != delete_kind) || !rest.starts_with(rows_of_insert)) {
        return 0;
    }
    rest.remove_prefix(rows_of_insert.size());
    return take_number(rest).value_or(0);
}

class LogReader {
public:
    LogReader(const FileDescriptor& file, std::uint64_t end) : file_(file), end_(end) {}

    /// Whether a whole entry with the right sum begins there. Its content is in entry() then.
    [[nodiscard]] bool has_entry_at(std::uint64_t place) {
        std::string head(head_bytes, '\0');
        if (place + head_bytes > end_ || read_at(file_.get(), place, head.data(), head.size()) < head.size())
            return false;
        size_ = number_at(head, 0);
        if (size_ <= place_of_kind || size_ > end_ - place - head_bytes) return false;
        entry_.resize(size_);
        if (read_at(file_.get(), place + head_bytes, entry_.data(), entry_.size()) < entry_.size()) return false;
        return engine_sum(entry_) == number_at(head, 8);
    }
    /// What the entry asked for last takes, whether it is whole or not.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return size_ + head_bytes; }
    [[nodiscard]] const std::string& entry() const noexcept { return entry_; }

private:
    const FileDescriptor& file_;
    std::uint64_t end_;
    std::uint64_t size_ = 0;
    std::string entry_;
};

/// Whether an entry with the right sum begins somewhere behind that place: a sum of 64 bits is not right by chance.
bool has_entry_behind(const FileDescriptor& file, std::uint64_t place, std::uint64_t end) {
    LogReader reader(file, end);
    // What a commit writes is at most so far from one entry to the next, or the file is large and damaged at its end.
    constexpr std::uint64_t farthest = 16ULL << 20;
    const std::uint64_t last = std::min(end, place + farthest);
    std::string bytes(last - place, '\0');
    bytes.resize(read_at(file.get(), place, bytes.data(), bytes.size()));
    for (std::size_t at = 1; at + head_bytes + place_of_kind < bytes.size(); ++at) {
        // Every entry begins with the field of its kind; the size has zeros in front.
        if (bytes[at + head_bytes] != '\x64' || bytes[at + head_bytes + 1] != '\0' || bytes[at + 7] != '\0') continue;
        if (reader.has_entry_at(place + at)) return true;
    }
    return false;
}

}  // namespace

LogContent read_log(const std::string& path, std::uint64_t first_bytes) {
    LogContent content;
    const FileDescriptor file(path, O_RDONLY);
    if (!file && errno == ENOENT) return content;
    if (!file) throw DamagedFile(fmt::format("it cannot be opened: {}", system_message(errno)));
    const std::uint64_t end = std::min(size_of(file.get()), first_bytes);
    content.bytes = end;
    if (end == 0) return content;
    std::string first(beginning.size(), '\0');
    first.resize(std::min<std::uint64_t>(read_at(file.get(), 0, first.data(), first.size()), end));
    if (!beginning.starts_with(first)) {
        const bool is_log =
            first.size() == beginning.size() && first.starts_with(beginning.substr(0, place_of_version));
        throw DamagedFile(is_log ? fmt::format("it is a log of version {}, which this version does not know",
                                               static_cast<unsigned char>(first[place_of_version]))
                                 : "it is not the log of a database: another program has written it, or it is damaged");
    }
    if (first.size() < beginning.size()) return content;  // Cut off before its first entry.
    content.sound_bytes = content.committed_bytes = beginning.size();
    LogReader reader(file, end);
    std::uint64_t rows = 0;
    while (reader.has_entry_at(content.sound_bytes)) {
        content.sound_bytes += reader.bytes();
        rows += rows_of(reader.entry());
        if (reader.entry()[place_of_kind] != commit_kind) continue;
        content.committed_bytes = content.sound_bytes;
        ++content.commits;
        content.rows += std::exchange(rows, 0);
    }
    content.is_damaged = content.sound_bytes < end && has_entry_behind(file, content.sound_bytes, end);
    return content;
}

}  // namespace laminar
