#include "cli/export/export_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "cli/scripts/markdown_scripts.h"
#include "cli/scripts/path_expander.h"
#include "cli/scripts/script_loader.h"
#include "cli/terminal/console_messages.h"
#include "cli/terminal/count_text.h"
#include "cli/terminal/text_output.h"
#include "runtime/check/script_checker.h"
#include "runtime/plan/flink/flink_export.h"

namespace laminar {
namespace {

constexpr int exit_written = 0;
constexpr int exit_findings = 1;
constexpr int exit_usage = 2;

class Export {
public:
    explicit Export(const ExportOptions& options)
        : options_(options),
          messages_(status_line_, options.secrets.remembered),
          checker_(nullptr),
          target_({options.bootstrap_servers, options.pipelines}) {}

    int execute() {
        for (const std::string& file : options_.catalogs) {
            const std::optional<ScriptParts> parts = load(file);
            if (!parts) return exit_usage;
            if (!show(checker_.add_declarations(*parts))) return exit_findings;
        }
        const ExpandedPaths paths = expand_paths(options_.paths, {".sql", ".md", ".markdown"});
        for (const std::string& problem : paths.problems) messages_.say(problem);
        if (!paths.problems.empty()) return exit_usage;
        ScriptParts script;
        for (const std::string& file : paths.files) {
            const std::optional<ScriptParts> parts = load(file);
            if (!parts) return exit_usage;
            script.insert(script.end(), parts->begin(), parts->end());
        }
        checker_.set_on_pipeline([this](const PipelineObject& pipeline, const Catalog& catalog, Diagnostics& own) {
            target_.add(pipeline, catalog, own);
        });
        if (!show(checker_.check(script))) {
            messages_.say("nothing is exported");
            return exit_findings;
        }
        for (const std::string& name : target_.missing_pipelines())
            messages_.say(fmt::format("--pipeline: the scripts have no pipeline \"{}\"", name));
        if (!target_.missing_pipelines().empty()) return exit_usage;
        if (target_.is_empty()) {
            messages_.say("the scripts have no pipeline: nothing is exported");
            return exit_findings;
        }
        return write(target_.scripts());
    }

private:
    std::optional<ScriptParts> load(const std::string& file) {
        const LoadedScript script = load_script(file);
        if (!script.source) {
            messages_.say(script.failure);
            return std::nullopt;
        }
        if (is_markdown(file)) return sql_blocks_of(script.source);
        return ScriptParts{script.source};
    }

    /// Whether there are no errors.
    bool show(const Diagnostics& findings) {
        messages_.show(findings);
        return !findings.has_errors();
    }

    int write(const FlinkScripts& scripts) {
        const std::pair<const char*, const std::string*> files[] = {
            {"pipelines.sql", &scripts.pipelines}, {"ingest.sql", &scripts.ingest}, {"NOTES.md", &scripts.notes}};
        if (options_.directory == "-") {
            FileOutput output(STDOUT_FILENO);
            for (const auto& [name, text] : files) output.write(fmt::format("==> {} <==\n{}\n", name, *text));
            return messages_.say_if_unwritten(output) ? exit_usage : exit_written;
        }
        const std::filesystem::path directory(options_.directory);
        std::error_code error;
        std::filesystem::create_directories(directory, error);
        if (error) return fail(directory, error.message());
        for (const auto& [name, text] : files) {
            const std::filesystem::path path = directory / name;
            // Whoever reads the file meanwhile has the former one.
            const std::filesystem::path part = directory / fmt::format(".{}.{}", name, ::getpid());
            std::ofstream file(part, std::ios::binary | std::ios::trunc);
            file << *text;
            file.close();
            if (!file) error = std::make_error_code(std::errc::io_error);
            if (!error) std::filesystem::rename(part, path, error);
            if (error) {
                std::error_code ignored;
                std::filesystem::remove(part, ignored);
                return fail(path, error.message());
            }
        }
        messages_.say(fmt::format("{} has pipelines.sql, ingest.sql and NOTES.md: read the notes", options_.directory));
        return exit_written;
    }

    int fail(const std::filesystem::path& path, const std::string& reason) {
        messages_.say(fmt::format("cannot write \"{}\": {}", path.string(), reason));
        return exit_usage;
    }

    const ExportOptions& options_;
    StatusLine status_line_{false};
    ConsoleMessages messages_;
    ScriptChecker checker_;
    FlinkExport target_;
};

}  // namespace

int export_command(const ExportOptions& options) { return Export(options).execute(); }

}  // namespace laminar
