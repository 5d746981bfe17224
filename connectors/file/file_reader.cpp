#include "connectors/file/file_reader.h"

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace laminar {

namespace {
constexpr std::size_t buffer_size = 64u << 10;

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}
}  // namespace

FileReader::FileReader(const std::string& path) : path_(path), buffer_(buffer_size) {
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status)) fail(ENOENT, "cannot read \"" + path + "\"");
    if (!std::filesystem::is_regular_file(status)) fail(EINVAL, "\"" + path + "\" is not a regular file");
    errno = 0;
    file_.open(path, std::ios::binary);
    if (!file_) fail(errno != 0 ? errno : EIO, "cannot read \"" + path + "\"");
}

bool FileReader::refill() {
    errno = 0;
    file_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    position_ = 0;
    filled_ = static_cast<std::size_t>(file_.gcount());
    if (filled_ == 0 && file_.bad()) fail(errno != 0 ? errno : EIO, "cannot read \"" + path_ + "\"");
    return filled_ != 0;
}

}  // namespace laminar
