#include "runtime/storage/files/file_access.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace laminar {

std::string system_message(int error) { return std::generic_category().message(error); }

FileDescriptor::FileDescriptor(const std::string& path, int flags) noexcept
    : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}

FileDescriptor::~FileDescriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

bool write_all(int descriptor, std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

std::size_t read_at(int descriptor, std::uint64_t place, char* buffer, std::size_t size) {
    std::size_t got = 0;
    while (got < size) {
        const ssize_t read = ::pread(descriptor, buffer + got, size - got, static_cast<off_t>(place + got));
        if (read < 0 && errno == EINTR) continue;
        if (read < 0)
            throw DamagedFile(fmt::format("it cannot be read at byte {}: {}", place + got, system_message(errno)));
        if (read == 0) break;
        got += static_cast<std::size_t>(read);
    }
    return got;
}

std::uint64_t size_of(int descriptor) noexcept {
    struct stat facts {};
    return ::fstat(descriptor, &facts) == 0 ? static_cast<std::uint64_t>(facts.st_size) : 0;
}

bool sync_parent(const std::string& path) noexcept {
    try {
        const std::filesystem::path parent = std::filesystem::path(path).parent_path();
        const FileDescriptor directory(parent.empty() ? "." : parent.string(), O_RDONLY | O_DIRECTORY);
        return directory && ::fsync(directory.get()) == 0;
    } catch (const std::bad_alloc&) {
        errno = ENOMEM;
        return false;
    }
}

}  // namespace laminar
