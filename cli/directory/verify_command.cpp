#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "cli/commands/document_output.h"
#include "cli/directory/directory_commands.h"
#include "cli/terminal/count_text.h"
#include "connectors/codec/json/json_encoder.h"
#include "runtime/storage/data_directory.h"
#include "runtime/verify/verification.h"

namespace laminar {

namespace {

constexpr int exit_sound = 0;
constexpr int exit_damaged = 1;
constexpr int exit_unchecked = 2;

std::string temporary_directory() {
    const char* named = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): nobody changes it.
    return named && *named ? named : "/tmp";
}

std::string quoted(std::string_view text) {
    std::string json;
    append_json_quoted(json, text);
    return json;
}

std::string json_text(const std::string& path, const Verification& found) {
    std::string findings;
    for (const VerifiedFinding& each : found.findings)
        findings += fmt::format(R"({}{{"check":{},"severity":"{}","message":{}}})", findings.empty() ? "" : ",",
                                quoted(each.check), each.is_error ? "error" : "warning", quoted(each.message));
    std::string tables;
    for (const VerifiedTable& each : found.tables)
        tables += fmt::format(R"({}{{"name":{},"rows":{}}})", tables.empty() ? "" : ",", quoted(each.name), each.rows);
    const FileFacts& files = found.files;
    return fmt::format(
        R"({{"path":{},"kind":"{}","sound":{},"database":{{"bytes":{},"blocks":{},"checkpoint":{}}},)"
        R"("log":{{"bytes":{},"commits":{},"rows":{}}},"objects":{},"tables":[{}],"state":{{"tables":{},"rows":{}}},)"
        R"("findings":[{}]}})"
        "\n",
        quoted(path), found.backup ? "backup" : "directory", found.is_sound(), files.database_bytes, files.blocks,
        files.checkpoint, files.log.committed_bytes, files.log.commits, files.log.rows, found.objects, tables,
        found.state_tables, found.state_rows, findings);
}

std::string plain_text(const std::string& path, const Verification& found) {
    const FileFacts& files = found.files;
    std::string text = fmt::format("{} {}: {}\n", found.backup ? "backup" : "data directory", path,
                                   found.is_sound() ? "sound" : "damaged");
    if (files.database_bytes > 0) {
        text += fmt::format("  database  {} bytes, {} in use, checkpoint {}\n", grouped(files.database_bytes),
                            counted(files.blocks, "block"), files.checkpoint);
        text += fmt::format("  log       {}, {} bytes\n", counted(files.log.commits, "commit"),
                            grouped(files.log.committed_bytes));
        text += fmt::format("  catalog   {}\n", counted(found.objects, "object"));
        std::uint64_t rows = 0;
        for (const VerifiedTable& each : found.tables) rows += each.rows;
        text += fmt::format("  tables    {}, {}\n", counted(found.tables.size(), "table"), counted(rows, "row"));
        text +=
            fmt::format("  state     {}, {}\n", counted(found.state_tables, "table"), counted(found.state_rows, "row"));
    }
    for (const VerifiedFinding& each : found.findings)
        text += fmt::format("{}: {}: {}\n", each.is_error ? "error" : "warning", each.check, each.message);
    return text;
}

}  // namespace

int verify_command(const VerifyOptions& options) {
    try {
        const Verification found = verify(options.path, temporary_directory());
        const int printed = print_document(options.format == VerifyFormat::json ? json_text(options.path, found)
                                                                                : plain_text(options.path, found));
        if (printed != 0) return exit_unchecked;
        return found.is_sound() ? exit_sound : exit_damaged;
    } catch (const DataDirectoryError& problem) {
        fmt::print(stderr, "laminar: {}\n", problem.what());
        return exit_unchecked;
    }
}

}  // namespace laminar
