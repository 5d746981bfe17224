// SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "catalog/options/url.h"
#include "cli/report/finding_report.h"
#include "cli/report/version.h"
#include "parser/diagnostic/diagnostic_json.h"
#include "parser/text/json_writer.h"

namespace laminar {
namespace {

/// A URI reference (RFC 3986): relative where the path is, so that it is found in any checkout.
std::string uri_of(const std::string& path) {
    const std::filesystem::path plain = std::filesystem::path(path).lexically_normal();
    return (plain.is_absolute() ? "file://" : "") + percent_encoded(plain.generic_string(), "/");
}

void write_text(JsonWriter& json, std::string_view key, std::string_view text) {
    json.key(key).begin_object().key("text").text(text).end_object();
}

void write_rule(JsonWriter& json, DiagnosticCode code) {
    json.new_line().begin_object().key("id").text(diagnostic_code_text(code));
    write_text(json, "shortDescription", diagnostic_title(code));
    write_text(json, "help", diagnostic_advice(code));
    json.end_object();
}

void write_position(JsonWriter& json, const Diagnostic& diagnostic) {
    const SourcePosition begin = diagnostic.source->position(diagnostic.span.begin);
    const SourcePosition end = diagnostic.source->position(diagnostic.span.end);
    json.key("region").begin_object();
    json.key("startLine").number(begin.line).key("startColumn").number(begin.column);
    json.key("endLine").number(end.line).key("endColumn").number(end.column);
    json.end_object();
}

/// Findings of a file, and what the run could not do, until the document is complete.
/// Of its rule among all.
int index_of(DiagnosticCode code) {
    const auto codes = all_diagnostic_codes();
    return static_cast<int>(std::find(codes.begin(), codes.end(), code) - codes.begin());
}

class SarifReport : public FindingReport {
public:
    explicit SarifReport(TextOutput& output) : output_(output) { results_.begin_array(); }

    void add_file(const std::string& file, const Diagnostics& findings) override {
        for (const Diagnostic& diagnostic : findings.all()) add_result(file, diagnostic);
    }

    void add_failure(const std::string& message) override { failures_.push_back(message); }

    void finish() override {
        results_.end_array();
        JsonWriter json;
        json.begin_object();
        json.key("$schema").text("https://json.schemastore.org/sarif-2.1.0.json");
        json.key("version").text("2.1.0");
        json.key("runs").begin_array().begin_object();
        write_tool(json);
        json.key("columnKind").text("unicodeCodePoints");
        write_invocation(json);
        json.key("results").document(results_.take());
        json.end_object().end_array().end_object();
        output_.write(json.take() + "\n");
    }

private:
    static void write_tool(JsonWriter& json) {
        json.key("tool").begin_object().key("driver").begin_object();
        json.key("name").text("laminar").key("version").text(program_version());
        json.key("rules").begin_array();
        for (const DiagnosticCode code : all_diagnostic_codes()) write_rule(json, code);
        json.end_array().end_object().end_object();
    }

    void write_invocation(JsonWriter& json) const {
        json.key("invocations").begin_array().begin_object();
        json.key("executionSuccessful").boolean(failures_.empty());
        json.key("toolExecutionNotifications").begin_array();
        for (const std::string& failure : failures_) {
            json.begin_object().key("level").text("error");
            write_text(json, "message", failure);
            json.end_object();
        }
        json.end_array().end_object().end_array();
    }

    void add_result(const std::string& file, const Diagnostic& diagnostic) {
        std::string message = diagnostic.message;
        if (!diagnostic.hint.empty()) message += "\n" + diagnostic.hint;
        results_.new_line().begin_object();
        results_.key("ruleId").text(diagnostic_code_text(diagnostic.code));
        results_.key("ruleIndex").number(index_of(diagnostic.code));
        results_.key("level").text(severity_name(diagnostic.severity));
        write_text(results_, "message", message);
        results_.key("locations").begin_array().begin_object();
        results_.key("physicalLocation").begin_object();
        results_.key("artifactLocation").begin_object().key("uri").text(uri_of(file)).end_object();
        if (diagnostic.source) write_position(results_, diagnostic);
        results_.end_object().end_object().end_array().end_object();
    }

    TextOutput& output_;
    JsonWriter results_;
    std::vector<std::string> failures_;
};

}  // namespace

std::unique_ptr<FindingReport> make_sarif_report(TextOutput& output) { return std::make_unique<SarifReport>(output); }

}  // namespace laminar
