#include "session_fixture.h"

#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

#include "connectors/registry/builtin_connectors.h"
#include "parser/read/parser.h"
#include "runtime/flow/rows/failed_rows.h"

namespace laminar::test {

void RecordedOutput::rows(const ResultTable& rows) {
    if (on_rows) on_rows();
    const std::lock_guard lock(mutex_);
    for (std::size_t row = 0; row < rows.rows; ++row) rows_.push_back(row_as_json(rows, row));
}

void RecordedOutput::stream_rows(std::string_view stream, const ResultTable& rows) {
    if (on_stream_rows) on_stream_rows();
    const std::lock_guard lock(mutex_);
    for (std::size_t row = 0; row < rows.rows; ++row) rows_.push_back(std::string(stream) + row_as_json(rows, row));
}

std::vector<std::string> RecordedOutput::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(rows_, {});
}

SessionFixture::SessionFixture() {
    Database::Settings settings;
    settings.make_connection = [this](const ConnectionObject& definition, const ConnectionContext& context) {
        if (impossible.contains(definition.name)) throw std::runtime_error("it cannot be made");
        auto connection = make_connection(definition, context);
        return wrap ? wrap(std::move(connection)) : std::move(connection);
    };
    database = std::make_unique<Database>(settings, builtin_connectors());
    renew_session({});
}

std::unique_ptr<RecordedSession> SessionFixture::other_session(const Session::Settings& settings) {
    return std::make_unique<RecordedSession>(*database, settings);
}

void SessionFixture::renew_session(const Session::Settings& settings) {
    own_.reset();
    own_ = std::make_unique<RecordedSession>(*database, settings);
}

std::vector<std::string> RecordedSession::run(std::string_view script) {
    std::vector<std::string> findings;
    const auto source = std::make_shared<SourceText>("test", std::string(script));
    Diagnostics problems(source);
    const ParsedScript parsed = parse_script(source, problems);
    bool good = !problems.has_errors();
    const auto note = [&](const Diagnostics& diagnostics) {
        for (const Diagnostic& each : diagnostics.all())
            findings.push_back(std::string(diagnostic_code_text(each.code)) + ": " + each.message);
    };
    note(problems);
    for (const ast::Statement& statement : parsed.statements) {
        if (!good) break;
        Diagnostics diagnostics(source);
        good = session.execute(source, statement, diagnostics);
        note(diagnostics);
    }
    return findings;
}

std::vector<std::string> RecordedSession::query(std::string_view text) {
    output.take();
    const std::vector<std::string> findings = run(text);
    return findings.empty() ? output.take() : findings;
}

bool SessionFixture::wait_until(const std::function<bool()>& condition) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > limit) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

}  // namespace laminar::test
