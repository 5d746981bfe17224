#include <fmt/format.h>

#include <utility>

#include "parser/write/sql_writer.h"
#include "runtime/session/asking_statement.h"
#include "server/postgres/session/client_session.h"
#include "server/postgres/session/query_turn.h"
#include "server/session/query_priority.h"

namespace laminar::postgres {

namespace {

/// How far a subscriber may fall behind before rows are left out.
constexpr std::size_t stream_bytes = 4 << 20;

/// Of CommandComplete, for a statement with rows; SELECT has their number as well.
std::string_view result_tag(const ast::Statement& statement) {
    if (std::holds_alternative<ast::Explain>(statement.node)) return "EXPLAIN";
    if (std::holds_alternative<ast::SelectStatement>(statement.node)) return "SELECT";
    if (std::holds_alternative<ast::Describe>(statement.node)) return "DESCRIBE";
    return "SHOW";
}

/// What waits for rows to come takes no time of the processor, and has no end.
bool takes_turn(const ast::Statement& statement) {
    return std::holds_alternative<ast::SelectStatement>(statement.node) ||
           std::holds_alternative<ast::Insert>(statement.node);
}

bool changes_something(const ast::Statement& statement) {
    return !only_asks(statement) && !std::holds_alternative<ast::Subscribe>(statement.node);
}

}  // namespace

std::optional<std::string> ClientSession::execute(const QueryStatement& statement, const PlaceFinding& place,
                                                  ResultOutput::Delivery delivery) {
    const auto* command = std::get_if<SessionCommand>(&statement.node);
    const bool ends =
        command && (command->kind == SessionCommand::Kind::commit || command->kind == SessionCommand::Kind::rollback ||
                    command->kind == SessionCommand::Kind::rollback_to);
    if (transaction_ == Transaction::failed && !ends) return fail(transaction_has_failed());
    if (const auto* copy = std::get_if<CopyStatement>(&statement.node))
        return copy->is_from ? copy_in(*copy) : copy_out(statement, *copy, place);
    if (const auto* query = std::get_if<CatalogQuery>(&statement.node))
        return execute_catalog(statement, *query, place, std::move(delivery));
    if (const auto* cursor = std::get_if<CursorStatement>(&statement.node))
        return execute_cursor(statement, *cursor, place, std::move(delivery));
    if (!command) return execute_laminar(statement, place, std::move(delivery));
    output_.begin_statement(std::move(delivery));
    return execute(*command);
}

ErrorMessage ClientSession::transaction_has_failed() {
    return {.state = "25P02",
            .message = "a statement of this transaction has failed: nothing is executed until its end",
            .hint = "ROLLBACK ends it"};
}

std::optional<std::string> ClientSession::execute_laminar(const QueryStatement& statement, const PlaceFinding& place,
                                                          ResultOutput::Delivery delivery) {
    const auto& [source, tree] = std::get<LaminarStatement>(statement.node);
    if (!may(role_for(tree))) return std::nullopt;
    const bool subscribes = std::holds_alternative<ast::Subscribe>(tree.node);
    const bool sends = delivery.sends;
    output_.begin_statement(std::move(delivery));
    if (!output_.flush()) return std::nullopt;
    Diagnostics diagnostics(source);
    Session& executing = session();
    bool done = false;
    ErrorMessage cancelled;
    {
        const Running running(*this);
        QueryTurn turn(queries_);
        if (takes_turn(tree) && !wait_interruptibly(turn, [&turn] { return turn.wait(); }))
            return fail(cancelled_error());
        if (subscribes) output_.begin_stream([&executing] { return executing.rows_left_out(); }, [this] { cancel(); });
        try {
            done = executing.execute(source, tree, diagnostics);
            if (done && subscribes) subscribe_until_cancelled();
        } catch (...) {
            output_.end_stream();
            throw;
        }
        output_.end_stream();
        cancelled = cancelled_error();
    }
    if (subscribes) executing.end_subscriptions();
    for (const Diagnostic& finding : diagnostics.all()) {
        if (finding.severity != Severity::error && sends) output_.error(place(finding, statement.begin));
    }
    if (done && subscribes) return fail(output_.refusal() ? *output_.refusal() : cancelled);
    if (!done) return fail_with(diagnostics, cancelled, place, statement.begin);
    tell_of_effects(tree);
    return completed_tag(tree);
}

std::optional<std::string> ClientSession::fail_with(const Diagnostics& diagnostics, const ErrorMessage& cancelled,
                                                    const PlaceFinding& place, std::size_t begin) {
    if (const std::optional<ErrorMessage>& refusal = output_.refusal()) return fail(*refusal);
    for (const Diagnostic& finding : diagnostics.all()) {
        if (finding.severity != Severity::error) continue;
        const bool is_cancelled = finding.code == DiagnosticCode::cancelled && !cancelled.message.empty();
        return fail(is_cancelled ? cancelled : place(finding, begin));
    }
    return fail({.state = "XX000", .message = "the statement failed without a reason"});
}

void ClientSession::tell_of_effects(const ast::Statement& statement) {
    const auto* pipeline = std::get_if<ast::CreatePipeline>(&statement.node);
    if (pipeline && !pipeline->sink) {
        output_.error({.weight = Weight::notice,
                       .state = "00000",
                       .message = "the rows of this pipeline go to those who ask for them",
                       .hint = fmt::format("SUBSCRIBE TO {} shows them", quote_identifier(pipeline->name.text))});
    }
    if (changes_something(statement)) tell_that_it_stays();
}

void ClientSession::tell_that_it_stays() {
    if (transaction_ != Transaction::open || std::exchange(has_changed_, true)) return;
    output_.error({.weight = Weight::warning,
                   .state = "01000",
                   .message = "this takes effect at once: ROLLBACK does not undo it"});
}

std::string ClientSession::completed_tag(const ast::Statement& statement) const {
    if (output_.has_result()) {
        const std::string_view tag = result_tag(statement);
        return tag == "SELECT" ? fmt::format("SELECT {}", output_.row_count()) : std::string(tag);
    }
    constexpr std::string_view insert = "INSERT ";
    const std::string& tag = output_.tag();
    // PostgreSQL has the number of an object between them.
    return tag.starts_with(insert) ? fmt::format("INSERT 0 {}", tag.substr(insert.size())) : tag;
}

void ClientSession::subscribe_until_cancelled() {
    session().open_connections();
    MutexLock lock(mutex_);
    changed_.wait(lock, [this]() LAMINAR_REQUIRES(mutex_) { return cancelled_ != CancelReason::none; });
}

Session& ClientSession::session() {
    {
        const MutexLock lock(mutex_);
        if (session_) return *session_;
    }
    auto made = std::make_unique<Session>(
        database_, output_,
        Session::Settings{
            .slow_reader = SlowReader::loses_rows, .queue_bytes = stream_bytes, .prints_pipelines = false});
    made->let_only_ask(role_ < Role::write);
    // Not the thread that shows rows of streams, which the session has begun.
    give_way_to_streams();
    const MutexLock lock(mutex_);
    session_ = std::move(made);
    return *session_;
}

}  // namespace laminar::postgres
