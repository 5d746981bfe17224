#include "cli/cluster/submitted_job.h"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

#include "parser/text/json_writer.h"

namespace laminar {

namespace {

std::filesystem::path path_in(const std::string& directory) { return std::filesystem::path(directory) / "job.json"; }

}  // namespace

std::optional<SubmittedJob> read_submitted_job(const std::string& directory) {
    const std::filesystem::path path = path_in(directory);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    rapidjson::Document document;
    document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
    const auto member = [&](const char* name) -> std::string {
        const auto found = document.FindMember(name);
        if (found == document.MemberEnd() || !found->value.IsString()) return {};
        return {found->value.GetString(), found->value.GetStringLength()};
    };
    if (!file || document.HasParseError() || !document.IsObject() || member("job").empty())
        throw std::runtime_error(fmt::format("\"{}\" cannot be read as what laminar submit wrote", path.string()));
    return SubmittedJob{member("gateway"), member("job"), member("name"), member("savepoint")};
}

void write_submitted_job(const std::string& directory, const SubmittedJob& job) {
    JsonWriter json;
    json.begin_object().key("gateway").text(job.gateway).key("job").text(job.id).key("name").text(job.name);
    if (!job.savepoint.empty()) json.key("savepoint").text(job.savepoint);
    json.end_object();
    // Whoever reads it meanwhile has the former one.
    const std::filesystem::path path = path_in(directory);
    const std::filesystem::path part = fmt::format("{}.{}", path.string(), ::getpid());
    std::ofstream file(part, std::ios::binary | std::ios::trunc);
    file << json.take() << '\n';
    file.close();
    std::error_code error;
    if (file) std::filesystem::rename(part, path, error);
    if (file && !error) return;
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    throw std::runtime_error(fmt::format("cannot write \"{}\"", path.string()));
}

}  // namespace laminar
