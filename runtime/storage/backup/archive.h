#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/storage/backup/digest.h"
#include "runtime/storage/files/file_access.h"

namespace laminar {

// The file of a backup: a tar archive (ustar), so that tar(1) lists and unpacks it as well, with the SHA-256 of each
// member in its last one, as sha256sum(1) checks them.
inline constexpr const char* sums_name = "SHA256SUMS";

/// Writes members one after the other. Throws DamagedFile when the file cannot be written. One thread.
class ArchiveWriter {
public:
    /// Borrows the descriptor, and writes from its beginning.
    explicit ArchiveWriter(int descriptor) : descriptor_(descriptor) {}

    /// A member of exactly so many bytes: add them, then end it.
    void begin_member(std::string_view name, std::uint64_t bytes);
    void add(std::string_view bytes);
    void end_member();
    /// A member that is at hand.
    void add_member(std::string_view name, std::string_view content);
    /// The sums, and the end of the archive.
    void finish();

private:
    void write(std::string_view bytes);
    void pad();

    int descriptor_;
    std::uint64_t left_ = 0;     ///< Of the member.
    std::uint64_t written_ = 0;  ///< Of the file.
    std::string name_;
    std::optional<Digest> digest_;
    std::string sums_;
};

/// Reads an archive from its beginning to its end, member by member, and compares their sums. Throws DamagedFile: what
/// is read is not whole, or not what was written. One thread.
class ArchiveReader {
public:
    /// Borrows the descriptor.
    explicit ArchiveReader(int descriptor) : descriptor_(descriptor) {}

    struct Member {
        std::string name;
        std::uint64_t bytes = 0;
    };
    /// The next, whose content has then to be read. Nothing after the last: then all sums were right.
    [[nodiscard]] std::optional<Member> next();
    /// The content of the member at hand, piece by piece.
    void read(const std::function<void(std::string_view)>& take);
    /// The same whole, of a small one.
    [[nodiscard]] std::string read_text();

private:
    [[nodiscard]] std::string take(std::uint64_t bytes);
    void check_sums(std::string_view sums) const;

    int descriptor_;
    std::uint64_t place_ = 0;
    std::uint64_t left_ = 0;  ///< Of the member, not read yet.
    std::string name_;
    std::string sums_;  ///< Of what has been read.
};

}  // namespace laminar
