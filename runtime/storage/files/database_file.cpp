#include "runtime/storage/files/database_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "runtime/storage/files/engine_sum.h"

namespace laminar {

namespace {

// A file begins with three headers: of the file, and two of the database, of which the one with the higher number
// counts. Everything in it has the sum of its bytes in front.
constexpr std::size_t header_part = 4096;
constexpr std::size_t sum_bytes = 8;
constexpr std::string_view magic = "DUCK";
constexpr std::uint64_t no_pointer = std::numeric_limits<std::uint64_t>::max();

// Where what a header says of the database stands in it.
constexpr std::size_t place_of_checkpoint = 8;
constexpr std::size_t place_of_free_list = 24;
constexpr std::size_t place_of_block_count = 32;
constexpr std::size_t place_of_block_bytes = 40;

// Blocks are powers of two between these.
constexpr std::uint64_t smallest_block = 16ULL << 10;
constexpr std::uint64_t largest_block = 256ULL << 10;

// A block of metadata has this many parts, each with a pointer to the next in front: the low bits are the block, the
// high ones the part.
constexpr std::uint64_t parts_of_block = 64;
constexpr unsigned bits_of_block = 56;

bool has_right_sum(std::string_view bytes) noexcept {
    return number_at(bytes, 0) == engine_sum(bytes.substr(sum_bytes));
}

}  // namespace

DatabaseFile::DatabaseFile(const std::string& path) : file_(path, O_RDONLY) {
    if (!file_) throw DamagedFile(fmt::format("it cannot be opened: {}", system_message(errno)));
    struct stat facts {};
    if (::fstat(file_.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) throw DamagedFile("it is not a file");
    if (facts.st_size == 0) throw DamagedFile("it is empty");
    std::string first(header_part, '\0');
    const std::size_t got = read_at(file_.get(), 0, first.data(), first.size());
    if (std::string_view(first).substr(sum_bytes, magic.size()) != magic)
        throw DamagedFile("it is not the file of a database: another program has written it, or it is damaged");
    if (got < first.size() || !has_right_sum(first))
        throw DamagedFile("its first 4096 bytes are not what was written (wrong sum)");
    const Header header = read_header();
    checkpoint_ = header.checkpoint;
    block_count_ = header.block_count;
    block_bytes_ = header.block_bytes;
    if (header.free_list != no_pointer) read_free_list(header.free_list);
}

DatabaseFile::Header DatabaseFile::read_header() const {
    Header latest;
    for (std::uint64_t place = header_part; place < header_bytes; place += header_part) {
        std::string bytes(header_part, '\0');
        if (read_at(file_.get(), place, bytes.data(), bytes.size()) < bytes.size() || !has_right_sum(bytes))
            throw DamagedFile(fmt::format("its header at byte {} is not what was written (wrong sum)", place));
        const Header header{number_at(bytes, place_of_checkpoint), number_at(bytes, place_of_free_list),
                            number_at(bytes, place_of_block_count), number_at(bytes, place_of_block_bytes)};
        if (header.checkpoint >= latest.checkpoint) latest = header;
    }
    const bool possible = latest.block_bytes >= smallest_block && latest.block_bytes <= largest_block &&
                          (latest.block_bytes & (latest.block_bytes - 1)) == 0;
    if (!possible)
        throw DamagedFile(fmt::format("it has blocks of {} bytes, which no version has", latest.block_bytes));
    return latest;
}

std::uint64_t DatabaseFile::read_checkpoint() const { return read_header().checkpoint; }

std::string DatabaseFile::read_block(std::uint64_t block) const {
    std::string bytes(block_bytes_, '\0');
    const std::uint64_t place = header_bytes + block * block_bytes_;
    bytes.resize(read_at(file_.get(), place, bytes.data(), bytes.size()));
    check_block(block, bytes);
    return bytes;
}

void DatabaseFile::check_block(std::uint64_t block, std::string_view bytes) const {
    const std::uint64_t place = header_bytes + block * block_bytes_;
    if (bytes.size() < block_bytes_)
        throw DamagedFile(fmt::format("it has {} bytes, and its {} blocks need {}: its end is missing", size(),
                                      block_count_, header_bytes + block_count_ * block_bytes_));
    if (!has_right_sum(bytes))
        throw DamagedFile(fmt::format("bytes {} to {} (block {}) are not what was written (wrong sum)", place,
                                      place + block_bytes_ - 1, block));
}

/// Numbers in the parts of metadata blocks, one part after the other.
void DatabaseFile::read_free_list(std::uint64_t pointer) {
    const std::uint64_t part_bytes =
        (block_bytes_ - sum_bytes) / parts_of_block / sizeof(std::uint64_t) * sizeof(std::uint64_t);
    std::string part;
    std::size_t at = 0;
    // Each part is read once, or the pointers go round in a circle.
    std::uint64_t parts_left = block_count_ * parts_of_block;
    const auto next_number = [&] {
        if (at + sizeof(std::uint64_t) > part.size()) {
            if (!part.empty()) pointer = number_at(part, 0);
            const std::uint64_t block = pointer & ((1ULL << bits_of_block) - 1);
            const std::uint64_t index = pointer >> bits_of_block;
            if (block >= block_count_ || index >= parts_of_block || parts_left-- == 0)
                throw DamagedFile("its list of free blocks leads nowhere");
            part = read_block(block).substr(sum_bytes + index * part_bytes, part_bytes);
            at = sizeof(std::uint64_t);
        }
        const std::uint64_t number = number_at(part, at);
        at += sizeof(std::uint64_t);
        return number;
    };
    const std::uint64_t count = next_number();
    if (count > block_count_)
        throw DamagedFile(fmt::format("{} of its {} blocks are said to be free", count, block_count_));
    for (std::uint64_t index = 0; index < count; ++index) {
        if (const std::uint64_t block = next_number(); block < block_count_) free_blocks_.insert(block);
    }
}

void DatabaseFile::check_blocks() const {
    for (std::uint64_t block = 0; block < block_count_; ++block) {
        if (is_in_use(block)) (void)read_block(block);
    }
}

}  // namespace laminar
