#include "connectors/file/file_probe.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "connectors/file/file_reader.h"

namespace laminar {

namespace {

ConnectionTestStep finish(ConnectionTestStep step, std::chrono::steady_clock::time_point start) {
    step.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
    return step;
}

}  // namespace

void check_parquet_file(const std::string& path) {
    FileReader reader(path);
    constexpr std::string_view magic = "PAR1";
    std::string start;
    while (start.size() < magic.size() && reader.peek() != FileReader::end) start += static_cast<char>(reader.take());
    std::string end(magic.size(), ' ');
    std::ifstream file(path, std::ios::binary);
    file.seekg(-static_cast<std::streamoff>(magic.size()), std::ios::end);
    file.read(end.data(), static_cast<std::streamsize>(end.size()));
    if (start != magic)
        throw std::runtime_error(fmt::format("\"{}\" is not a Parquet file: it does not begin with PAR1", path));
    if (!file || end != magic)
        throw std::runtime_error(fmt::format("\"{}\" is not a complete Parquet file: it does not end with PAR1", path));
}

std::vector<ConnectionTestStep> test_readable_file(const std::string& path) {
    const auto start = std::chrono::steady_clock::now();
    std::error_code unknown;
    const std::filesystem::file_status status = std::filesystem::status(path, unknown);
    if (std::filesystem::is_fifo(status) || std::filesystem::is_character_file(status)) {
        // Reading would take what is for the connection, and might wait for it.
        const bool readable = ::access(path.c_str(), R_OK) == 0;
        const std::string reason = std::generic_category().message(readable ? 0 : errno);
        return {
            finish({"open", readable, {}, readable ? "readable" : fmt::format("cannot read \"{}\": {}", path, reason)},
                   start)};
    }
    try {
        FileReader reader(path);
        (void)reader.peek();
        std::error_code error;
        const std::uintmax_t size = std::filesystem::file_size(path, error);
        return {finish({"open", true, {}, error ? std::string("readable") : fmt::format("{} bytes", size)}, start)};
    } catch (const std::exception& error) {
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
