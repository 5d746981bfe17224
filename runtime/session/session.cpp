#include "runtime/session/session.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <set>
#include <utility>

#include "catalog/bind/binder.h"
#include "catalog/objects/column_name.h"
#include "catalog/query/function_rewriter.h"
#include "parser/read/parser.h"
#include "runtime/database/database_parts.h"
#include "runtime/engine/failure_reason.h"
#include "runtime/session/asking_statement.h"
#include "runtime/session/known_functions.h"
#include "runtime/session/query_error.h"
#include "runtime/session/statement_executor.h"
#include "runtime/session/stream_printer.h"

namespace laminar {

namespace {

/// Statements that change what there is: between binding one and carrying it out nothing else may do so. The others
/// ask, and need no more than the catalog as it was.
bool changes_the_database(const ast::Statement& statement) {
    return !only_asks(statement) && !std::holds_alternative<ast::Insert>(statement.node);
}

}  // namespace

class Session::Implementation {
public:
    Implementation(Database& database, SessionOutput& output, const Settings& settings)
        : database_(database.parts()),
          checker_(make_query_checker()),
          functions_(*checker_),
          printer_(output, std::make_shared<StreamQueue>(settings.slow_reader, settings.queue_bytes,
                                                         [this] {
                                                             database_.progress.notify();
                                                             database_.on_room();
                                                         })),
          executor_(database_, printer_, cancelled_, settings.prints_pipelines) {
        database_.wait_for_at_the_end(printer_.queue());
    }

    ~Implementation() {
        // Who prints waits no longer for who reads.
        printer_.queue()->close();
        try {
            executor_.remove_subscriptions();
        } catch (...) {
            spdlog::error("the subscriptions of a session were not ended: {}",
                          failure_reason(std::current_exception()));
        }
    }

    bool execute(const SourceTextPtr& source, const ast::Statement& statement, Diagnostics& diagnostics) {
        Diagnostics findings(source);
        cancelled_ = false;
        const bool done = carry_out(source, statement, findings);
        if (const std::string tag = executor_.take_tag(); done && !tag.empty()) printer_.output()->done(tag);
        hand_over(source, findings, diagnostics);
        return done;
    }

    bool insert(const std::string& table, ColumnBatch& rows, Diagnostics& diagnostics) {
        Diagnostics findings;
        cancelled_ = false;
        const bool done = insert_rows(table, rows, findings);
        if (const std::string tag = executor_.take_tag(); done) printer_.output()->done(tag);
        hand_over(nullptr, findings, diagnostics);
        return done;
    }

    bool restore(const std::vector<std::string>& reset, const std::function<void(const Diagnostics&)>& show) {
        cancelled_ = false;
        const StatementLock::Hold lock(database_.statements, cancelled_);
        const auto refuse = [&](const std::string& reason) {
            Diagnostics problems;
            problems.error(DiagnosticCode::execution_failed, {}, redact(reason));
            show(problems);
            return false;
        };
        try {
            for (StoredObject& object : executor_.take_stored(reset)) {
                if (!restore(object, show))
                    return refuse(
                        fmt::format("{0} \"{1}\" of the data directory cannot be made again; nothing is lost: "
                                    "start with what is missing, or give it up with --reset {1}",
                                    kind_name(object.kind), object.name));
                database_.kept.add(std::move(object));
            }
            executor_.forget_unclaimed();
            executor_.tell_of_time_away();
        } catch (...) {
            return refuse(failure_reason(std::current_exception()));
        }
        database_.publish_status();
        return true;
    }

    [[nodiscard]] std::string undeclared_objects() {
        cancelled_ = false;
        const StatementLock::Hold lock(database_.statements, cancelled_);
        return database_.kept.list();
    }

    std::optional<std::vector<OutputColumn>> describe(const SourceTextPtr& source, const ast::Statement& statement,
                                                      Diagnostics& diagnostics) {
        const bool selects = std::holds_alternative<ast::SelectStatement>(statement.node);
        if (!selects && !std::holds_alternative<ast::Subscribe>(statement.node)) return std::vector<OutputColumn>();
        Diagnostics findings(source);
        const StatementExecutor::PinnedCatalog pinned(executor_);
        functions_.learn(executor_.catalog());
        Binder binder(executor_.catalog(), database_.registry, *checker_, findings);
        const std::optional<BoundStatement> bound = binder.bind(source, statement);
        hand_over(source, findings, diagnostics);
        if (!bound) return std::nullopt;
        return selects ? std::get<BoundSelect>(bound->node).query.columns
                       : std::get<BoundSubscribe>(bound->node).query.columns;
    }

    void open_connections() { executor_.open_connections(); }

    void end_subscriptions() {
        cancelled_ = false;
        executor_.remove_subscriptions();
        executor_.show_streams();
        database_.publish_status();
    }

    void let_only_ask(bool only_asks) noexcept { only_asks_ = only_asks; }

    void cancel() noexcept {
        cancelled_ = true;
        database_.progress.notify();
        executor_.interrupt();
    }

    [[nodiscard]] std::uint64_t rows_left_out() const { return printer_.queue()->rows_left_out(); }

    [[nodiscard]] const std::vector<std::string>& function_names() {
        if (function_names_.empty()) {
            std::set<std::string> names;
            for (auto& some : {checker_->function_names(), laminar_function_names(), syntax_function_names()})
                names.insert(some.begin(), some.end());
            function_names_.assign(names.begin(), names.end());
        }
        return function_names_;
    }

private:
    bool carry_out(const SourceTextPtr& source, const ast::Statement& statement, Diagnostics& diagnostics) {
        if (!changes_the_database(statement)) {
            const StatementExecutor::PinnedCatalog pinned(executor_);
            return bind_and_execute(source, statement, diagnostics);
        }
        const StatementLock::Hold lock(database_.statements, cancelled_);
        if (!lock) {
            diagnostics.error(DiagnosticCode::cancelled, statement.span,
                              "the statement was cancelled while another session was changing the catalog");
            return false;
        }
        const bool done = bind_and_execute(source, statement, diagnostics);
        if (!done) return false;
        functions_.accept(executor_.catalog());
        // What the statement made or removed shows in the status from here on.
        database_.publish_status();
        return true;
    }

    /// Also of what views and functions bring along.
    static bool check_that_it_asks(const BoundStatement& bound, SourceSpan span, Diagnostics& diagnostics) {
        const BoundQuery* query = nullptr;
        if (const auto* select = std::get_if<BoundSelect>(&bound.node)) query = &select->query;
        if (const auto* subscribe = std::get_if<BoundSubscribe>(&bound.node)) query = &subscribe->query;
        if (query == nullptr) return true;
        if (!query->calls_acknowledge && query->connection_tests.empty()) return true;
        diagnostics.error(DiagnosticCode::execution_failed, span,
                          fmt::format("{} does more than ask: it is for the role write, and you have the role read",
                                      query->calls_acknowledge ? "ACKNOWLEDGE_MESSAGE" : "test_connection"),
                          {}, "42501");
        return false;
    }

    bool restore(const StoredObject& object, const std::function<void(const Diagnostics&)>& show) {
        const auto source = std::make_shared<SourceText>(
            fmt::format("{} \"{}\" of the data directory", kind_name(object.kind), object.name), object.definition);
        Diagnostics findings(source);
        const ParsedScript script = parse_script(source, findings);
        const StatementExecutor::Restoring restoring(executor_);
        bool done = script.statements.size() == 1 && !findings.has_errors() &&
                    bind_and_execute(source, script.statements.front(), findings);
        if (done) functions_.accept(executor_.catalog());
        if (done && object.paused)
            done = executor_.execute({{}, BoundPauseResume{false, object.kind, object.name}}, findings);
        (void)executor_.take_tag();
        // Of the rest of it whoever declared it has been told.
        Diagnostics told(source);
        for (const Diagnostic& finding : findings.all()) {
            if (finding.severity == Severity::error || finding.code == DiagnosticCode::option_not_effective)
                told.add(finding);
        }
        Diagnostics shown(source);
        hand_over(source, told, shown);
        show(shown);
        return done;
    }

    bool bind_and_execute(const SourceTextPtr& source, const ast::Statement& statement, Diagnostics& diagnostics) {
        if (const std::optional<bool> kept = executor_.declare_kept(statement, diagnostics)) return *kept;
        functions_.learn(executor_.catalog());
        Binder binder(executor_.catalog(), database_.registry, *checker_, diagnostics);
        binder.set_warn_of_ineffective_options(true);
        const std::optional<BoundStatement> bound = binder.bind(source, statement);
        if (!bound) return false;
        if (only_asks_ && !check_that_it_asks(*bound, statement.span, diagnostics)) return false;
        const bool done = attempt(statement.span, diagnostics, [&] { return executor_.execute(*bound, diagnostics); });
        if (!done) restore_functions(*bound, executor_.catalog(), *checker_);
        return done;
    }

    bool insert_rows(const std::string& table, ColumnBatch& rows, Diagnostics& diagnostics) {
        const StatementExecutor::PinnedCatalog pinned(executor_);
        std::vector<std::string> columns;
        for (const BatchColumn& column : rows.schema->columns) columns.emplace_back(shown_column_name(column.name));
        Binder binder(executor_.catalog(), database_.registry, *checker_, diagnostics);
        const TableObject* sink = binder.find_sink(table, columns);
        return sink != nullptr && attempt({}, diagnostics, [&] {
                   executor_.open_connections();
                   return executor_.insert(*sink, columns, rows, diagnostics);
               });
    }

    /// What it throws is reported, too.
    template <class Work>
    static bool attempt(SourceSpan span, Diagnostics& diagnostics, Work work) {
        try {
            return work();
        } catch (const EngineException& problem) {
            report_engine_error(problem.error(), nullptr, span, diagnostics);
        } catch (...) {
            diagnostics.error(DiagnosticCode::internal_error, span, failure_reason(std::current_exception()));
        }
        return false;
    }

    /// Without secrets.
    void hand_over(const SourceTextPtr& source, const Diagnostics& findings, Diagnostics& diagnostics) const {
        diagnostics.set_source(source);
        for (Diagnostic finding : findings.all()) {
            finding.message = redact(finding.message);
            finding.hint = redact(finding.hint);
            diagnostics.add(std::move(finding));
        }
    }

    [[nodiscard]] std::string redact(std::string_view text) const {
        return database_.connections.secrets().redact(text);
    }

    DatabaseParts& database_;
    std::atomic<bool> cancelled_{false};
    bool only_asks_ = false;
    std::unique_ptr<QueryChecker> checker_;
    KnownFunctions functions_;
    std::vector<std::string> function_names_;
    StreamPrinter printer_;
    StatementExecutor executor_;
};

Session::Session(Database& database, SessionOutput& output, const Settings& settings)
    : implementation_(std::make_unique<Implementation>(database, output, settings)) {}

Session::~Session() = default;

bool Session::execute(const SourceTextPtr& source, const ast::Statement& statement, Diagnostics& diagnostics) {
    return implementation_->execute(source, statement, diagnostics);
}

bool Session::insert(const std::string& table, ColumnBatch& rows, Diagnostics& diagnostics) {
    return implementation_->insert(table, rows, diagnostics);
}

bool Session::restore(const std::vector<std::string>& reset, const std::function<void(const Diagnostics&)>& show) {
    return implementation_->restore(reset, show);
}

std::string Session::undeclared_objects() { return implementation_->undeclared_objects(); }

std::optional<std::vector<OutputColumn>> Session::describe(const SourceTextPtr& source, const ast::Statement& statement,
                                                           Diagnostics& diagnostics) {
    return implementation_->describe(source, statement, diagnostics);
}

void Session::open_connections() { implementation_->open_connections(); }

void Session::end_subscriptions() { implementation_->end_subscriptions(); }

void Session::let_only_ask(bool only_asks) noexcept { implementation_->let_only_ask(only_asks); }

void Session::cancel() noexcept { implementation_->cancel(); }

std::uint64_t Session::rows_left_out() const { return implementation_->rows_left_out(); }

const std::vector<std::string>& Session::function_names() { return implementation_->function_names(); }

}  // namespace laminar
