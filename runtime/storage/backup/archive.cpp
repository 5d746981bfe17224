#include "runtime/storage/backup/archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace laminar {

namespace {

// POSIX.1-1988 (ustar): a header of a record, the content in whole records, two records of zeros at the end.
constexpr std::uint64_t record = 512;
constexpr std::uint64_t piece = 256ULL << 10;
// A member that is read whole is text of ours.
constexpr std::uint64_t largest_text = 64ULL << 10;

struct Field {
    std::size_t place;
    std::size_t size;
};
constexpr Field name_field{0, 100};
constexpr Field mode_field{100, 8};
constexpr Field user_field{108, 8};
constexpr Field group_field{116, 8};
constexpr Field size_field{124, 12};
constexpr Field time_field{136, 12};
constexpr Field sum_field{148, 8};
constexpr std::size_t place_of_kind = 156;
constexpr char plain_file = '0';
constexpr std::size_t place_of_magic = 257;
constexpr std::string_view magic("ustar\00000", 8);
constexpr std::uint64_t largest_octal = (1ULL << 33) - 1;  ///< In 11 digits.

void put(std::string& header, const Field& field, std::string_view text) {
    header.replace(field.place, text.size(), text);
}

/// In octal digits, or, as GNU tar has it, in binary with the first bit set.
void put_number(std::string& header, const Field& field, std::uint64_t number) {
    if (number <= largest_octal || field.size < 12) {
        put(header, field, fmt::format("{:0{}o}", number, field.size - 1));
        return;
    }
    std::string bytes(field.size, '\0');
    for (std::size_t at = field.size; at-- > 1; number >>= 8U) bytes[at] = static_cast<char>(number & 0xffU);
    bytes[0] = '\x80';
    put(header, field, bytes);
}

std::optional<std::uint64_t> number_in(std::string_view header, const Field& field) {
    const std::string_view text = header.substr(field.place, field.size);
    std::uint64_t number = 0;
    if (text.front() == '\x80') {
        for (const char byte : text.substr(1)) {
            if ((number >> 56U) != 0) return std::nullopt;
            number = number << 8U | static_cast<unsigned char>(byte);
        }
        return number;
    }
    const char* end = text.data() + text.size();
    const auto [rest, problem] = std::from_chars(text.data(), end, number, 8);
    const bool ends = std::all_of(rest, end, [](char each) { return each == '\0' || each == ' '; });
    return problem == std::errc() && ends ? std::optional(number) : std::nullopt;
}

/// Of the header's bytes, with spaces in the place of the sum.
std::uint64_t header_sum(std::string_view header) {
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at < header.size(); ++at) {
        const bool is_sum = at >= sum_field.place && at < sum_field.place + sum_field.size;
        sum += static_cast<unsigned char>(is_sum ? ' ' : header[at]);
    }
    return sum;
}

std::string sum_line(std::string_view digest, std::string_view name) { return fmt::format("{}  {}\n", digest, name); }

}  // namespace

void ArchiveWriter::write(std::string_view bytes) {
    if (!write_all(descriptor_, bytes)) throw DamagedFile(system_message(errno));
    written_ += bytes.size();
}

void ArchiveWriter::pad() {
    if (const std::uint64_t beyond = written_ % record; beyond > 0) write(std::string(record - beyond, '\0'));
}

void ArchiveWriter::begin_member(std::string_view name, std::uint64_t bytes) {
    std::string header(record, '\0');
    put(header, name_field, name);
    put_number(header, mode_field, 0600);
    put_number(header, user_field, 0);
    put_number(header, group_field, 0);
    put_number(header, size_field, bytes);
    put_number(header, time_field, 0);
    header[place_of_kind] = plain_file;
    header.replace(place_of_magic, magic.size(), magic);
    put(header, sum_field, fmt::format("{:06o}", header_sum(header)) + std::string("\0 ", 2));
    write(header);
    name_ = name;
    left_ = bytes;
    digest_.emplace();
}

void ArchiveWriter::add(std::string_view bytes) {
    if (bytes.size() > left_) throw DamagedFile(fmt::format("{} has grown while it was read", name_));
    write(bytes);
    digest_->add(bytes);
    left_ -= bytes.size();
}

void ArchiveWriter::end_member() {
    if (left_ > 0) throw DamagedFile(fmt::format("{} has become shorter while it was read", name_));
    pad();
    sums_ += sum_line(digest_->finish(), name_);
}

void ArchiveWriter::add_member(std::string_view name, std::string_view content) {
    begin_member(name, content.size());
    add(content);
    end_member();
}

void ArchiveWriter::finish() {
    const std::string sums = sums_;
    add_member(sums_name, sums);
    write(std::string(2 * record, '\0'));
}

std::string ArchiveReader::take(std::uint64_t bytes) {
    std::string taken(bytes, '\0');
    if (read_at(descriptor_, place_, taken.data(), taken.size()) < taken.size())
        throw DamagedFile("its end is missing");
    place_ += bytes;
    return taken;
}

std::optional<ArchiveReader::Member> ArchiveReader::next() {
    if (name_ == sums_name) {
        if (take(2 * record) != std::string(2 * record, '\0')) throw DamagedFile("something follows its end");
        return std::nullopt;
    }
    const std::string header = take(record);
    if (std::string_view(header).substr(place_of_magic, magic.size()) != magic)
        throw DamagedFile(fmt::format("byte {} is not the beginning of a file in it", place_ - record));
    const std::optional<std::uint64_t> bytes = number_in(header, size_field);
    if (number_in(header, sum_field) != header_sum(header) || !bytes || header[place_of_kind] != plain_file)
        throw DamagedFile(fmt::format("what is at byte {} is not what was written (wrong sum)", place_ - record));
    name_ = header.substr(0, std::min<std::size_t>(header.find('\0'), name_field.size));
    left_ = *bytes;
    return Member{name_, left_};
}

void ArchiveReader::read(const std::function<void(std::string_view)>& use) {
    Digest digest;
    const std::uint64_t bytes = left_;
    std::string sums;
    while (left_ > 0) {
        const std::string part = take(std::min(left_, piece));
        left_ -= part.size();
        digest.add(part);
        if (name_ == sums_name) sums += part;
        use(part);
    }
    if (const std::uint64_t beyond = bytes % record; beyond > 0) (void)take(record - beyond);
    if (name_ == sums_name)
        check_sums(sums);
    else
        sums_ += sum_line(digest.finish(), name_);
}

std::string ArchiveReader::read_text() {
    if (left_ > largest_text) throw DamagedFile(fmt::format("{} in it is too large", name_));
    std::string text;
    read([&](std::string_view part) { text += part; });
    return text;
}

void ArchiveReader::check_sums(std::string_view sums) const {
    if (sums == sums_) return;
    // Which it is: the lines are in the order of the members.
    std::string_view read = sums_;
    while (!read.empty()) {
        const std::string_view line = read.substr(0, read.find('\n') + 1);
        if (!sums.starts_with(line))
            throw DamagedFile(fmt::format("{} in it is not what was written (wrong SHA-256)",
                                          line.substr(line.find("  ") + 2, line.size() - line.find("  ") - 3)));
        sums.remove_prefix(line.size());
        read.remove_prefix(line.size());
    }
    throw DamagedFile(fmt::format("{} in it names other files than there are", sums_name));
}

}  // namespace laminar
