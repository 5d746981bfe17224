#include "cli/report/finding_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/report/junit_document.h"
#include "cli/terminal/terminal.h"
#include "parser/diagnostic/diagnostic_json.h"
#include "parser/diagnostic/diagnostic_renderer.h"

namespace laminar {
namespace {

class TextReport : public FindingReport {
public:
    explicit TextReport(TextOutput& output) : output_(output) {
        render_.color = wants_color(stdout);
        if (const std::size_t width = terminal_width(stdout); width > 0)
            render_.max_width = std::max<std::size_t>(width, 40);
    }

    void add_file(const std::string&, const Diagnostics& findings) override {
        std::string text;
        for (const Diagnostic& diagnostic : findings.all()) text += render_diagnostic(diagnostic, render_);
        output_.write(text);
    }
    void add_failure(const std::string&) override {}

private:
    TextOutput& output_;
    RenderOptions render_;
};

class JsonReport : public FindingReport {
public:
    explicit JsonReport(TextOutput& output) : output_(output) {}

    void add_file(const std::string& file, const Diagnostics& findings) override {
        std::string lines;
        for (const Diagnostic& diagnostic : findings.all()) lines += diagnostic_json(diagnostic, file) + "\n";
        output_.write(lines);
    }
    void add_failure(const std::string&) override {}

private:
    TextOutput& output_;
};

/// The escapes of workflow commands; properties need two more.
std::string github_escaped(std::string_view text, bool property) {
    std::string escaped;
    for (const char c : text) {
        if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','))) {
            escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        } else {
            escaped += c;
        }
    }
    return escaped;
}

class GithubReport : public FindingReport {
public:
    explicit GithubReport(TextOutput& output) : output_(output) {}

    void add_file(const std::string& file, const Diagnostics& findings) override {
        std::string text;
        for (const Diagnostic& diagnostic : findings.all()) append(text, file, diagnostic);
        output_.write(text);
    }
    void add_failure(const std::string& message) override {
        output_.write(fmt::format("::error title=laminar check::{}\n", github_escaped(message, false)));
    }

private:
    static void append(std::string& text, const std::string& file, const Diagnostic& diagnostic) {
        text += fmt::format("::{} file={}",
                            diagnostic.severity == Severity::note ? "notice" : severity_name(diagnostic.severity),
                            github_escaped(file, true));
        if (diagnostic.source) {
            const SourcePosition begin = diagnostic.source->position(diagnostic.span.begin);
            const SourcePosition end = diagnostic.source->position(diagnostic.span.end);
            text += fmt::format(",line={},endLine={}", begin.line, end.line);
            // GitHub takes columns only within one line.
            if (begin.line == end.line) text += fmt::format(",col={},endColumn={}", begin.column, end.column);
        }
        std::string message = diagnostic.message;
        if (!diagnostic.hint.empty()) message += "\n" + diagnostic.hint;
        text += fmt::format(",title={}::{}\n", diagnostic_code_text(diagnostic.code), github_escaped(message, false));
    }

    TextOutput& output_;
};

class JunitReport : public FindingReport {
public:
    JunitReport(bool deny_warnings, TextOutput& output) : deny_warnings_(deny_warnings), output_(output) {}

    void add_file(const std::string& file, const Diagnostics& findings) override {
        JunitCase test{.class_name = "laminar check", .name = file};
        std::string failures;
        std::string notes;
        for (const Diagnostic& diagnostic : findings.all()) {
            const bool fails =
                diagnostic.severity == Severity::error || (deny_warnings_ && diagnostic.severity == Severity::warning);
            (fails ? failures : notes) += render_diagnostic(diagnostic);
            if (fails && test.failure.empty())
                test.failure = fmt::format("{}: {}", diagnostic_code_text(diagnostic.code), diagnostic.message);
        }
        test.details = std::move(failures);
        test.output = std::move(notes);
        cases_.push_back(std::move(test));
    }
    void add_failure(const std::string& message) override {
        cases_.push_back({.class_name = "laminar check", .name = message, .error = message});
    }
    void finish() override { output_.write(junit_document("laminar check", cases_)); }

private:
    const bool deny_warnings_;
    TextOutput& output_;
    std::vector<JunitCase> cases_;
};

}  // namespace

std::unique_ptr<FindingReport> make_finding_report(CheckFormat format, bool deny_warnings, TextOutput& output) {
    switch (format) {
        case CheckFormat::json:
            return std::make_unique<JsonReport>(output);
        case CheckFormat::sarif:
            return make_sarif_report(output);
        case CheckFormat::github:
            return std::make_unique<GithubReport>(output);
        case CheckFormat::junit:
            return std::make_unique<JunitReport>(deny_warnings, output);
        case CheckFormat::text:
            break;
    }
    return std::make_unique<TextReport>(output);
}

}  // namespace laminar
