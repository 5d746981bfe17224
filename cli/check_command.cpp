#include "cli/check_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <optional>

#include "cli/count_text.h"
#include "cli/script_checker.h"
#include "cli/script_loader.h"
#include "cli/terminal.h"
#include "cli/text_output.h"
#include "connectors/codec/json_encoder.h"
#include "parser/diagnostic_renderer.h"

namespace laminar {
namespace {

struct Counts {
    std::uint64_t files = 0;
    std::uint64_t errors = 0;
    std::uint64_t warnings = 0;
    std::uint64_t unreadable = 0;
};

void complain(const std::string& message) { fmt::print(stderr, "laminar: {}\n", message); }

/// Every *.sql in the folder and below, in the order of their names. Symbolic links to folders are not followed.
std::vector<std::string> sql_files_in(const std::string& folder, std::error_code& error) {
    std::vector<std::string> files;
    std::filesystem::recursive_directory_iterator entry(folder, error);
    while (!error && entry != std::filesystem::recursive_directory_iterator()) {
        if (entry->path().extension() == ".sql" && !entry->is_directory(error)) files.push_back(entry->path().string());
        if (!error) entry.increment(error);
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<std::string> expand(const std::vector<std::string>& paths, Counts& counts) {
    std::vector<std::string> files;
    for (const std::string& path : paths) {
        std::error_code error;
        if (path == "-" || !std::filesystem::is_directory(path, error)) {
            files.push_back(path);
            continue;
        }
        std::vector<std::string> found = sql_files_in(path, error);
        if (error) {
            complain(fmt::format("cannot read {}: {}", path, error.message()));
            ++counts.unreadable;
        } else if (found.empty()) {
            complain(fmt::format("there is no .sql file in {}", path));
            ++counts.unreadable;
        }
        files.insert(files.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
    }
    return files;
}

std::string_view severity_name(Severity severity) {
    switch (severity) {
        case Severity::note:
            return "note";
        case Severity::warning:
            return "warning";
        case Severity::error:
            break;
    }
    return "error";
}

std::string to_json(const Diagnostic& diagnostic) {
    std::string json = R"({"file":)";
    const SourceText& source = *diagnostic.source;
    const SourcePosition begin = source.position(diagnostic.span.begin);
    const SourcePosition end = source.position(diagnostic.span.end);
    append_json_quoted(json, source.name());
    fmt::format_to(std::back_inserter(json),
                   R"(,"line":{},"column":{},"end_line":{},"end_column":{},"severity":"{}","code":"{}","message":)",
                   begin.line, begin.column, end.line, end.column, severity_name(diagnostic.severity),
                   diagnostic_code_text(diagnostic.code));
    append_json_quoted(json, diagnostic.message);
    json += R"(,"hint":)";
    append_json_quoted(json, diagnostic.hint);
    json += "}\n";
    return json;
}

void report(const Diagnostics& findings, CheckFormat format, TextOutput& output, Counts& counts) {
    RenderOptions render;
    render.color = wants_color(stdout);
    if (const std::size_t width = terminal_width(stdout); width > 0)
        render.max_width = std::max<std::size_t>(width, 40);
    std::string text;
    for (const Diagnostic& diagnostic : findings.all()) {
        if (diagnostic.severity == Severity::error) ++counts.errors;
        if (diagnostic.severity == Severity::warning) ++counts.warnings;
        if (format == CheckFormat::json && diagnostic.source) {
            text += to_json(diagnostic);
        } else {
            text += render_diagnostic(diagnostic, render);
        }
    }
    output.write(text);
}

}  // namespace

int check_command(const CheckOptions& options) {
    Counts counts;
    const SecretResolver secrets(options.secrets);
    FileOutput output(STDOUT_FILENO);
    for (const std::string& file : expand(options.paths, counts)) {
        const LoadedScript script = load_script(file);
        if (!script.source) {
            complain(script.failure);
            ++counts.unreadable;
            continue;
        }
        ++counts.files;
        report(check_script(script.source, options.require_secrets ? &secrets : nullptr), options.format, output,
               counts);
    }
    fmt::print(stderr, "laminar: {} checked, {}, {}\n", counted(counts.files, "file"), counted(counts.errors, "error"),
               counted(counts.warnings, "warning"));
    if (counts.unreadable > 0) return 2;
    return counts.errors > 0 || (options.deny_warnings && counts.warnings > 0) ? 1 : 0;
}

}  // namespace laminar
