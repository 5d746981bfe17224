#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

#include "runtime/storage/files/file_access.h"

namespace laminar {

/// The file of an engine's database (DuckDB 1.4) as bytes: which checkpoint it is, which of its blocks are in use, and
/// whether they are what was written. The engine itself looks at most blocks only when somebody asks for what is in
/// them. For reading; another process may be writing to it. One thread.
class DatabaseFile {
public:
    static constexpr std::uint64_t header_bytes = 3ULL * 4096;

    /// Throws DamagedFile when it cannot be opened, or is not such a file.
    explicit DatabaseFile(const std::string& path);

    /// Of checkpoints, from the beginning of the database. What is in use of the file stays as it is until the next.
    [[nodiscard]] std::uint64_t checkpoint() const noexcept { return checkpoint_; }
    /// As of now. Throws DamagedFile.
    [[nodiscard]] std::uint64_t read_checkpoint() const;
    [[nodiscard]] std::uint64_t size() const noexcept { return size_of(file_.get()); }
    [[nodiscard]] std::uint64_t block_bytes() const noexcept { return block_bytes_; }
    [[nodiscard]] std::uint64_t blocks_in_use() const noexcept { return block_count_ - free_blocks_.size(); }
    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }

    /// Whether the block is a part of what the checkpoint has written.
    [[nodiscard]] bool is_in_use(std::uint64_t block) const {
        return block < block_count_ && !free_blocks_.contains(block);
    }
    /// Throws DamagedFile unless the bytes are those of a block as it was written.
    void check_block(std::uint64_t block, std::string_view bytes) const;
    /// Reads every block that is in use. Throws DamagedFile.
    void check_blocks() const;

private:
    struct Header {
        std::uint64_t checkpoint = 0;
        std::uint64_t free_list = 0;
        std::uint64_t block_count = 0;
        std::uint64_t block_bytes = 0;
    };

    [[nodiscard]] Header read_header() const;
    void read_free_list(std::uint64_t pointer);
    [[nodiscard]] std::string read_block(std::uint64_t block) const;

    FileDescriptor file_;
    std::uint64_t checkpoint_ = 0;
    std::uint64_t block_count_ = 0;
    std::uint64_t block_bytes_ = 0;
    std::unordered_set<std::uint64_t> free_blocks_;
};

}  // namespace laminar
