#include "cli/commands/test_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/report/junit_document.h"
#include "cli/scripts/path_expander.h"
#include "cli/scripts/script_loader.h"
#include "cli/terminal/console_messages.h"
#include "cli/terminal/count_text.h"
#include "cli/terminal/text_output.h"
#include "cli/testing/test_file.h"
#include "cli/testing/test_runner.h"

namespace laminar {
namespace {

/// Lines of another text, each with some before it.
std::string indented(std::string_view text, std::string_view before) {
    std::string result;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        result += fmt::format("{}{}\n", before, text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
}

class TestRuns {
public:
    TestRuns(const TestOptions& options, ConsoleMessages& messages)
        : options_(options), messages_(messages), output_(STDOUT_FILENO) {}

    int execute() {
        const ExpandedPaths paths = expand_paths(options_.paths, {".test"});
        for (const std::string& problem : paths.problems) fail(problem);
        for (const std::string& path : paths.files) run_file(path);
        if (passed_ + failed_ + updated_ + unreadable_ == 0)
            fail(fmt::format("no test has \"{}\" in its name", options_.only));
        if (options_.format == TestFormat::junit) output_.write(junit_document("laminar test", cases_));
        messages_.say(fmt::format("{}, {} passed, {} failed{}", counted(passed_ + failed_ + updated_, "test"), passed_,
                                  failed_, updated_ > 0 ? fmt::format(", {} updated", updated_) : ""));
        messages_.say_if_unwritten(output_);
        if (unreadable_ > 0 || output_.is_closed()) return 2;
        return failed_ > 0 ? 1 : 0;
    }

private:
    void fail(const std::string& message) {
        messages_.say(message);
        const std::string shown = redacted(message);
        cases_.push_back({.class_name = "laminar test", .name = shown, .error = shown});
        ++unreadable_;
    }

    void run_file(const std::string& path) {
        const LoadedScript script = load_script(path);
        if (!script.source) return fail(script.failure);
        const TestFile file = read_test_file(script.source);
        for (const std::string& problem : file.problems) fail(problem);
        if (!file.problems.empty()) return;
        std::vector<ExpectationResult> news;
        for (const TestCase& test : file.cases) {
            if (test.name.find(options_.only) == std::string::npos) continue;
            const TestResult result = run_test(test, options_.secrets);
            const bool update = options_.update && result.error.empty() && !result.passed();
            report(path, test, result, update);
            for (const ExpectationResult& expectation : result.expectations) {
                if (update && !expectation.difference.empty()) news.push_back(expectation);
            }
        }
        if (!news.empty()) rewrite(path, *script.source, news);
    }

    void report(const std::string& path, const TestCase& test, const TestResult& result, bool update) {
        const std::string place = fmt::format("{}:{}", path, test.line);
        ++(update ? updated_ : result.passed() ? passed_ : failed_);
        std::string details = result.error;
        for (const ExpectationResult& expectation : result.expectations) {
            if (expectation.difference.empty()) continue;
            const TestExpectation& expected = *expectation.expectation;
            details += fmt::format("{}:{}: {} is not as expected (- missing, + too many)\n{}", path, expected.line,
                                   expected.name.empty() ? "the query" : expected.name, expectation.difference);
        }
        // Rows that came out hold whatever a message held: an account of them is no place for a secret.
        details = redacted(details);
        if (options_.format == TestFormat::text) {
            const std::string_view state = update ? "updated" : result.passed() ? "ok" : "FAILED";
            output_.write(fmt::format("{:<8}{}: {}\n", state, place, test.name));
            if (!update) output_.write(indented(details, "        "));
        }
        JunitCase report{.class_name = path, .name = test.name, .seconds = result.seconds};
        if (!update && !result.passed()) {
            (result.error.empty() ? report.failure : report.error) = details.substr(0, details.find('\n'));
            report.details = details;
        }
        cases_.push_back(std::move(report));
    }

    /// Puts the rows that came out in the place of those that were expected.
    void rewrite(const std::string& path, const SourceText& source, const std::vector<ExpectationResult>& news) {
        std::string text;
        std::size_t from = 0;
        for (const ExpectationResult& result : news) {  // In the order of the file.
            const std::size_t begin = source.line_begin(result.expectation->body_begin);
            text += source.text().substr(from, begin - from);
            if (!text.empty() && text.back() != '\n') text += '\n';
            for (const std::string& row : result.actual) text += row + "\n";
            from = source.line_begin(result.expectation->body_end);
        }
        text += source.text().substr(std::min(from, source.text().size()));
        // Beside it and whole before it takes the place: a full disk must not cost the tests.
        const std::string fresh = path + ".new";
        std::ofstream file(fresh, std::ios::binary);
        file << text;
        file.close();
        if (file && std::rename(fresh.c_str(), path.c_str()) == 0) return;
        const std::error_code error(errno, std::generic_category());
        (void)std::remove(fresh.c_str());
        fail(fmt::format("cannot write {}: {}", path, error.message()));
    }

    [[nodiscard]] std::string redacted(std::string_view text) const {
        return options_.secrets.remembered->redact(text);
    }

    const TestOptions& options_;
    ConsoleMessages& messages_;
    FileOutput output_;
    std::vector<JunitCase> cases_;
    std::uint64_t passed_ = 0;
    std::uint64_t failed_ = 0;
    std::uint64_t updated_ = 0;
    std::uint64_t unreadable_ = 0;
};

}  // namespace

int test_command(const TestOptions& options) {
    StatusLine status_line(false);
    configure_logging(options.log, options.secrets.remembered, status_line);
    ConsoleMessages messages(status_line, options.secrets.remembered);
    return TestRuns(options, messages).execute();
}

}  // namespace laminar
