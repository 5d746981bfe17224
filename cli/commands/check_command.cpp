#include "cli/commands/check_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "cli/check/reachability.h"
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

/// One run over all files.
class Check {
public:
    explicit Check(const CheckOptions& options)
        : options_(options),
          secrets_(options.secrets),
          messages_(status_line_, options.secrets.remembered),
          output_(STDOUT_FILENO),
          report_(make_finding_report(options.format, options.deny_warnings, output_)),
          checker_(options.require_secrets ? &secrets_ : nullptr) {
        if (options.connect) reachability_.emplace(secrets_);
    }

    int execute() {
        for (const std::string& file : options_.catalogs) {
            if (const std::optional<ScriptParts> parts = load(file)) add(file, checker_.add_declarations(*parts));
        }
        const ExpandedPaths paths = expand_paths(options_.paths, {".sql", ".md", ".markdown"});
        for (const std::string& problem : paths.problems) fail(problem);
        for (const std::string& file : paths.files) {
            if (const std::optional<ScriptParts> parts = load(file)) check(file, *parts);
        }
        report_->finish();
        messages_.say(fmt::format("{} checked, {}, {}", counted(files_, "file"), counted(errors_, "error"),
                                  counted(warnings_, "warning")));
        if (messages_.say_if_unwritten(output_) || unreadable_ > 0) return 2;
        return errors_ > 0 || (options_.deny_warnings && warnings_ > 0) ? 1 : 0;
    }

private:
    void fail(const std::string& message) {
        messages_.say(message);
        report_->add_failure(secrets_.redact(message));
        ++unreadable_;
    }

    std::optional<ScriptParts> load(const std::string& file) {
        const LoadedScript script = load_script(file);
        if (!script.source) {
            fail(script.failure);
            return std::nullopt;
        }
        if (is_markdown(file)) return sql_blocks_of(script.source);
        return ScriptParts{script.source};
    }

    void check(const std::string& file, const ScriptParts& parts) {
        ++files_;
        std::vector<ConnectionObject> connections;
        std::optional<FlinkExport> target;
        if (options_.target == ExportTarget::flink) {
            FlinkExportOptions exported;
            exported.pipelines = options_.pipelines;
            target.emplace(std::move(exported));
            checker_.set_on_pipeline([&target](const PipelineObject& pipeline, const Catalog& catalog,
                                               Diagnostics& own) { target->add(pipeline, catalog, own); });
        }
        Diagnostics findings = checker_.check(parts, &connections);
        checker_.set_on_pipeline({});
        if (reachability_) {
            for (const ConnectionObject& connection : connections) {
                findings.set_source(connection.source);
                reachability_->test(connection, findings);
            }
        }
        add(file, findings);
    }

    /// In the order of the text, whatever was found first.
    void add(const std::string& file, const Diagnostics& found) {
        std::vector<Diagnostic> ordered = found.all();
        std::stable_sort(ordered.begin(), ordered.end(),
                         [](const Diagnostic& a, const Diagnostic& b) { return a.span.begin < b.span.begin; });
        Diagnostics findings;
        for (Diagnostic& diagnostic : ordered) {
            diagnostic.message = secrets_.redact(diagnostic.message);
            diagnostic.hint = secrets_.redact(diagnostic.hint);
            findings.add(std::move(diagnostic));
        }
        for (const Diagnostic& diagnostic : findings.all()) {
            if (diagnostic.severity == Severity::error) ++errors_;
            if (diagnostic.severity == Severity::warning) ++warnings_;
        }
        report_->add_file(file, findings);
    }

    const CheckOptions& options_;
    const SecretResolver secrets_;
    StatusLine status_line_{false};
    ConsoleMessages messages_;
    FileOutput output_;
    const std::unique_ptr<FindingReport> report_;
    ScriptChecker checker_;
    std::optional<ReachabilityTester> reachability_;
    std::uint64_t files_ = 0;
    std::uint64_t errors_ = 0;
    std::uint64_t warnings_ = 0;
    std::uint64_t unreadable_ = 0;
};

}  // namespace

int check_command(const CheckOptions& options) { return Check(options).execute(); }

}  // namespace laminar
