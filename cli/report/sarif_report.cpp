// SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <iterator>
#include <vector>

#include "cli/report/finding_report.h"
#include "cli/report/version.h"
#include "connectors/codec/json/json_encoder.h"

namespace laminar {
namespace {

std::string json_text(std::string_view text) {
    std::string json;
    append_json_quoted(json, text);
    return json;
}

/// A URI reference (RFC 3986): relative where the path is, so that it is found in any checkout.
std::string uri_of(const std::string& path) {
    const std::filesystem::path plain = std::filesystem::path(path).lexically_normal();
    std::string uri = plain.is_absolute() ? "file://" : "";
    for (const char c : plain.generic_string()) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || std::string_view("-._~/").find(c) != std::string_view::npos) {
            uri += c;
        } else {
            uri += fmt::format("%{:02X}", byte);
        }
    }
    return uri;
}

class SarifReport : public FindingReport {
public:
    explicit SarifReport(TextOutput& output) : output_(output) {}

    void add_file(const std::string& file, const Diagnostics& findings) override {
        for (const Diagnostic& diagnostic : findings.all()) results_.push_back(result(file, diagnostic));
    }

    void add_failure(const std::string& message) override {
        failures_.push_back(fmt::format(R"({{"level":"error","message":{{"text":{}}}}})", json_text(message)));
    }

    void finish() override {
        std::vector<std::string> rules;
        for (const DiagnosticCode code : all_diagnostic_codes()) rules.push_back(rule(code));
        std::string text = "{\n";
        text += R"(  "$schema": "https://json.schemastore.org/sarif-2.1.0.json",)"
                "\n";
        text += R"(  "version": "2.1.0",)"
                "\n";
        text += R"(  "runs": [{)"
                "\n";
        text += fmt::format(
            "    \"tool\": {{\"driver\": {{\"name\": \"laminar\", \"version\": {}, \"rules\": [\n      {}\n    "
            "]}}}},\n",
            json_text(program_version()), fmt::join(rules, ",\n      "));
        text += R"(    "columnKind": "unicodeCodePoints",)"
                "\n";
        text += fmt::format(
            "    \"invocations\": [{{\"executionSuccessful\": {}, \"toolExecutionNotifications\": [{}]}}],\n",
            failures_.empty(), fmt::join(failures_, ", "));
        text += fmt::format("    \"results\": [{}{}{}]\n  }}]\n}}\n", results_.empty() ? "" : "\n      ",
                            fmt::join(results_, ",\n      "), results_.empty() ? "" : "\n    ");
        output_.write(text);
    }

private:
    static std::string rule(DiagnosticCode code) {
        return fmt::format(R"({{"id":"{}","shortDescription":{{"text":{}}},"help":{{"text":{}}}}})",
                           diagnostic_code_text(code), json_text(diagnostic_title(code)),
                           json_text(diagnostic_advice(code)));
    }

    static std::string result(const std::string& file, const Diagnostic& diagnostic) {
        std::string message = diagnostic.message;
        if (!diagnostic.hint.empty()) message += "\n" + diagnostic.hint;
        std::string json = fmt::format(R"({{"ruleId":"{}","ruleIndex":{},"level":"{}","message":{{"text":{}}})",
                                       diagnostic_code_text(diagnostic.code), static_cast<int>(diagnostic.code),
                                       severity_name(diagnostic.severity), json_text(message));
        json += fmt::format(R"(,"locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":{}}})",
                            json_text(uri_of(file)));
        if (diagnostic.source) {
            const SourcePosition begin = diagnostic.source->position(diagnostic.span.begin);
            const SourcePosition end = diagnostic.source->position(diagnostic.span.end);
            json += fmt::format(R"(,"region":{{"startLine":{},"startColumn":{},"endLine":{},"endColumn":{}}})",
                                begin.line, begin.column, end.line, end.column);
        }
        return json + "}}]}";
    }

    TextOutput& output_;
    std::vector<std::string> results_;
    std::vector<std::string> failures_;
};

}  // namespace

std::unique_ptr<FindingReport> make_sarif_report(TextOutput& output) { return std::make_unique<SarifReport>(output); }

}  // namespace laminar
