#include "cli/testing/test_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "catalog/threads/mutex.h"
#include "cli/scripts/script_loader.h"
#include "cli/testing/row_difference.h"
#include "connectors/codec/json/json_encoder.h"
#include "connectors/recorded/recorded_peers.h"
#include "connectors/registry/builtin_connectors.h"
#include "parser/diagnostic/diagnostic_renderer.h"
#include "parser/read/parser.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "runtime/session/session.h"

namespace laminar {
namespace {

using Clock = std::chrono::steady_clock;

/// Of one stream: a test that makes more is not one that people read.
constexpr std::size_t most_rows = 100'000;
constexpr std::chrono::seconds patience{60};
constexpr std::chrono::milliseconds look_every{1};

/// Rows as JSON, and their columns, where these are known: what is sent has none.
struct CollectedRows {
    std::vector<OutputColumn> columns;
    std::vector<std::string> texts;
};

/// Keeps all rows. Called on the session's thread and on the one that shows its streams.
class CollectedOutput : public SessionOutput {
public:
    void begin_result(const std::vector<OutputColumn>&) override {
        const MutexLock lock(mutex_);
        result_ = {};
    }
    void rows(const ResultTable& rows) override {
        const MutexLock lock(mutex_);
        append(rows, result_);
    }
    void end_result() override {}
    void stream_rows(std::string_view stream, const ResultTable& rows) override {
        const MutexLock lock(mutex_);
        append(rows, streams_[fold_case(stream)]);
    }
    void done(std::string_view) override {}

    [[nodiscard]] CollectedRows stream(std::string_view name) const {
        const MutexLock lock(mutex_);
        const auto found = streams_.find(fold_case(name));
        return found == streams_.end() ? CollectedRows() : found->second;
    }
    /// Of the last statement that had one.
    [[nodiscard]] CollectedRows result() const {
        const MutexLock lock(mutex_);
        return result_;
    }

private:
    static void append(const ResultTable& table, CollectedRows& rows) {
        std::vector<std::string> names;
        for (const OutputColumn& column : table.columns) names.push_back(column.name);
        for (std::size_t row = 0; row < table.rows && rows.texts.size() < most_rows; ++row) {
            encode_row(names, table.values, row, rows.texts.emplace_back());
        }
        rows.columns = table.columns;
    }

    mutable Mutex mutex_;
    std::map<std::string, CollectedRows> streams_ LAMINAR_GUARDED_BY(mutex_);  ///< By folded name.
    CollectedRows result_;
};

/// What leaves something behind. The rest asks, or waits for messages that come only after all statements.
bool takes_part(const ast::Statement& statement) {
    return !std::holds_alternative<ast::SelectStatement>(statement.node) &&
           !std::holds_alternative<ast::Subscribe>(statement.node) &&
           !std::holds_alternative<ast::WaitFor>(statement.node) &&
           !std::holds_alternative<ast::Show>(statement.node) &&
           !std::holds_alternative<ast::ShowCreate>(statement.node) &&
           !std::holds_alternative<ast::Describe>(statement.node) &&
           !std::holds_alternative<ast::Explain>(statement.node);
}

/// Thrown to end a test that cannot go on.
struct TestFailure {
    std::string text;
};

class TestRun {
    struct Delivery {
        const TestInput* input;
        const TestMessage* message;
    };

public:
    TestRun(const TestCase& test, const SecretResolver::Sources& secrets)
        : test_(test), database_(settings(secrets), builtin_connectors()), session_(database_, output_) {}

    std::vector<ExpectationResult> execute() {
        execute_scripts();
        for (const TestInput& input : test_.inputs) {
            if (!database_.catalog()->find_as<ConnectionObject>(input.connection))
                throw TestFailure{
                    fmt::format("line {}: no connection is called \"{}\"\n", input.line, input.connection)};
        }
        for (const TestExpectation& expectation : test_.expectations) (void)query_of(expectation);
        deliver_messages();
        peers_.finish();
        wait_for_the_end();
        const Database::ShutdownResult shutdown = database_.shut_down(true, patience);
        if (!shutdown.complete) throw TestFailure{fmt::format("not everything was done: {}\n", shutdown.abandoned)};
        if (const DatabaseStatus status = database_.status(); status.failed) throw TestFailure{status.failure + "\n"};
        std::vector<ExpectationResult> results;
        for (const TestExpectation& expectation : test_.expectations) {
            ExpectationResult& result = results.emplace_back();
            result.expectation = &expectation;
            const std::optional<std::string> query = query_of(expectation);
            CollectedRows rows = query ? rows_of(*query, expectation) : stream_of(expectation);
            result.actual = std::move(rows.texts);
            result.difference = row_difference(expectation.rows, result.actual, expectation.any_order, rows.columns);
        }
        return results;
    }

private:
    Database::Settings settings(const SecretResolver::Sources& secrets) {
        Database::Settings settings;
        settings.secrets = secrets;
        settings.make_connection = [this](const ConnectionObject& definition, const ConnectionContext& context) {
            return peers_.make(definition, context);
        };
        settings.wall_clock = [this] { return peers_.time(); };
        return settings;
    }

    void execute_scripts() {
        for (const std::string& path : test_.scripts) {
            const LoadedScript script = load_script(path);
            if (!script.source) throw TestFailure{script.failure + "\n"};
            execute(script.source, false);
        }
        for (const SourceTextPtr& sql : test_.sql) execute(sql, false);
        session_.open_connections();
    }

    void execute(const SourceTextPtr& source, bool all) {
        Diagnostics problems(source);
        const ParsedScript script = parse_script(source, problems);
        if (problems.has_errors()) throw TestFailure{rendered(problems)};
        for (const ast::Statement& statement : script.statements) {
            Diagnostics diagnostics(source);
            if ((all || takes_part(statement)) && !session_.execute(source, statement, diagnostics))
                throw TestFailure{rendered(diagnostics)};
        }
    }

    static std::string rendered(const Diagnostics& diagnostics) {
        std::string text;
        for (const Diagnostic& diagnostic : diagnostics.all()) {
            if (diagnostic.severity == Severity::error) text += render_diagnostic(diagnostic);
        }
        return text;
    }

    /// In order of time. Whenever it is another connection's turn, what came before is worked off first, so that rows
    /// of several connections meet in the same order every time.
    void deliver_messages() {
        std::vector<Delivery> deliveries;
        for (const TestInput& input : test_.inputs) {
            for (const TestMessage& message : input.messages) deliveries.push_back({&input, &message});
        }
        std::stable_sort(deliveries.begin(), deliveries.end(), [](const Delivery& a, const Delivery& b) {
            return a.message->received_at < b.message->received_at;
        });
        const Delivery* previous = nullptr;
        for (const Delivery& delivery : deliveries) {
            const auto& [input, message] = delivery;
            if (previous && previous->input != input) work_off(*previous);
            previous = &delivery;
            switch (peers_.deliver(input->connection, message->payload, message->received_at, message->binary)) {
                case RecordedPeers::Delivery::done:
                    break;
                case RecordedPeers::Delivery::not_open:
                    fail_not_open(*input);
                case RecordedPeers::Delivery::not_taken:
                    throw TestFailure{fmt::format("line {}: the messages of \"{}\" are not processed\n", input->line,
                                                  input->connection)};
            }
        }
        if (previous) work_off(*previous);
    }

    [[noreturn]] void fail_not_open(const TestInput& input) const {
        const DatabaseStatus status = database_.status();
        if (status.failed) throw TestFailure{status.failure + "\n"};
        throw TestFailure{fmt::format("line {}: nothing reads connection \"{}\"\n", input.line, input.connection)};
    }

    void work_off(const Delivery& last) {
        if (!peers_.wait_until_taken(last.input->connection)) {
            throw TestFailure{fmt::format("line {}: the messages of \"{}\" are not processed\n", last.input->line,
                                          last.input->connection)};
        }
        // A statement waits for the engine to have finished with what it has taken.
        execute(std::make_shared<SourceText>("<test>", "SELECT 1"), true);
        peers_.set_time(last.message->received_at);
    }

    void wait_for_the_end() const {
        const auto deadline = Clock::now() + patience;
        while (true) {
            const DatabaseStatus status = database_.status();
            if (!status.live || status.sources_finished) return;
            if (status.failed) throw TestFailure{status.failure + "\n"};
            if (Clock::now() > deadline) throw TestFailure{"the streams did not come to an end in a minute\n"};
            std::this_thread::sleep_for(look_every);
        }
    }

    /// Of what is read from a table in the end; nothing for pipelines and connections. Throws for what cannot be
    /// expected.
    [[nodiscard]] std::optional<std::string> query_of(const TestExpectation& expectation) const {
        if (!expectation.query.empty()) return expectation.query;
        const std::shared_ptr<const Catalog> catalog = database_.catalog();
        const CatalogObject* object = catalog->find(expectation.name);
        if (!object) {
            throw TestFailure{fmt::format("line {}: there is no pipeline, connection, table or view \"{}\"\n",
                                          expectation.line, expectation.name)};
        }
        if (const auto* pipeline = std::get_if<PipelineObject>(object)) {
            if (pipeline->sink.empty()) return std::nullopt;
            throw TestFailure{fmt::format("line {}: the rows of pipeline \"{}\" go to \"{}\"; expect that\n",
                                          expectation.line, expectation.name, pipeline->sink)};
        }
        if (std::holds_alternative<ConnectionObject>(*object)) return std::nullopt;
        if (const auto* table = std::get_if<TableObject>(object); table && !table->is_stored() && is_written(*table))
            return std::nullopt;
        return "SELECT * FROM " + quote_identifier(expectation.name);
    }

    /// A table that rows are sent through: what it holds is what its connection receives.
    [[nodiscard]] bool is_written(const TableObject& table) const {
        const std::shared_ptr<const Catalog> catalog = database_.catalog();
        for (const CatalogObject* object : catalog->objects(ast::ObjectKind::pipeline)) {
            if (equals_ignoring_case(std::get<PipelineObject>(*object).sink, table.name)) return true;
        }
        return table.columns.empty();
    }

    CollectedRows rows_of(const std::string& query, const TestExpectation& expectation) {
        try {
            execute(std::make_shared<SourceText>("<expect>", query), true);
        } catch (const TestFailure& failure) {
            throw TestFailure{fmt::format("line {}: {}", expectation.line, failure.text)};
        }
        return output_.result();
    }

    [[nodiscard]] CollectedRows stream_of(const TestExpectation& expectation) const {
        const std::shared_ptr<const Catalog> catalog = database_.catalog();
        const CatalogObject* object = catalog->find(expectation.name);
        if (std::holds_alternative<PipelineObject>(*object)) return output_.stream(expectation.name);
        const auto* table = std::get_if<TableObject>(object);
        return {.columns = {}, .texts = peers_.sent(table ? table->options.connector : expectation.name)};
    }

    const TestCase& test_;
    CollectedOutput output_;
    RecordedPeers peers_;
    Database database_;
    Session session_;
};

}  // namespace

bool TestResult::passed() const {
    return error.empty() && std::all_of(expectations.begin(), expectations.end(),
                                        [](const ExpectationResult& result) { return result.difference.empty(); });
}

TestResult run_test(const TestCase& test, const SecretResolver::Sources& secrets) {
    TestResult result;
    const Clock::time_point begin = Clock::now();
    try {
        result.expectations = TestRun(test, secrets).execute();
    } catch (const TestFailure& failure) {
        result.error = failure.text;
    }
    result.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    return result;
}

}  // namespace laminar
