#include "connectors/file/file_probe.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "connectors/file/file_reader.h"

namespace laminar {

namespace {

ConnectionTestStep finish(ConnectionTestStep step, std::chrono::steady_clock::time_point start) {
    step.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
    return step;
}

}  // namespace

std::vector<ConnectionTestStep> test_readable_file(const std::string& path) {
    const auto start = std::chrono::steady_clock::now();
    try {
        FileReader reader(path);
        (void)reader.peek();
        std::error_code error;
        const std::uintmax_t size = std::filesystem::file_size(path, error);
        return {finish({"open", true, {}, error ? std::string("readable") : fmt::format("{} bytes", size)}, start)};
    } catch (const std::runtime_error& error) {
        return {finish({"open", false, {}, error.what()}, start)};
    }
}

std::vector<ConnectionTestStep> test_writable_file(const std::string& path) {
    const auto start = std::chrono::steady_clock::now();
    const std::filesystem::path file(path);
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    std::error_code error;
    const bool exists = std::filesystem::exists(file, error);
    const bool writable = ::access(exists ? file.c_str() : folder.c_str(), W_OK) == 0;
    const std::string reason = std::generic_category().message(writable ? 0 : errno);
    if (writable) return {finish({"open", true, {}, exists ? "appends to the file" : "creates the file"}, start)};
    return {finish({"open", false, {}, fmt::format("cannot write \"{}\": {}", path, reason)}, start)};
}

}  // namespace laminar
