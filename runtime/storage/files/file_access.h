#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace laminar {

/// A file is not what it should be: what is wrong with it, and where. Without the path, which the catcher knows.
class DamagedFile : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// "No space left on device".
[[nodiscard]] std::string system_message(int error);

/// Owns a file descriptor, or none when the file could not be opened (errno says why).
class FileDescriptor {
public:
    FileDescriptor() = default;
    /// As open(2), with mode 0600 where it makes the file.
    FileDescriptor(const std::string& path, int flags) noexcept;
    ~FileDescriptor();
    FileDescriptor(FileDescriptor&& other) noexcept : descriptor_(other.release()) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;

    [[nodiscard]] explicit operator bool() const noexcept { return descriptor_ >= 0; }
    [[nodiscard]] int get() const noexcept { return descriptor_; }
    [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }

private:
    int descriptor_ = -1;
};

/// Writes all of it; false with errno otherwise.
[[nodiscard]] bool write_all(int descriptor, std::string_view bytes) noexcept;
/// Reads from a place of the file until the buffer is full or the file ends; how much it was. Throws DamagedFile when
/// it cannot be read.
[[nodiscard]] std::size_t read_at(int descriptor, std::uint64_t place, char* buffer, std::size_t size);
/// Bytes of the file; 0 when it cannot be told.
[[nodiscard]] std::uint64_t size_of(int descriptor) noexcept;
/// The entries of the directory that path is in are on disk. False with errno otherwise.
[[nodiscard]] bool sync_parent(const std::string& path) noexcept;

}  // namespace laminar
