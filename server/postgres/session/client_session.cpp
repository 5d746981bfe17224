#include "server/postgres/session/client_session.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "connectors/net/exception_text.h"
#include "parser/write/sql_writer.h"
#include "runtime/session/asking_statement.h"

namespace laminar::postgres {

namespace {

/// How far a subscriber may fall behind before rows are left out.
constexpr std::size_t stream_bytes = 4 << 20;

constexpr std::size_t most_waiting = 32 << 10;

/// Of CommandComplete, for a statement with rows; SELECT has their number as well.
std::string_view result_tag(const ast::Statement& statement) {
    if (std::holds_alternative<ast::Explain>(statement.node)) return "EXPLAIN";
    if (std::holds_alternative<ast::SelectStatement>(statement.node)) return "SELECT";
    if (std::holds_alternative<ast::Describe>(statement.node)) return "DESCRIBE";
    return "SHOW";
}

bool changes_something(const ast::Statement& statement) {
    return !only_asks(statement) && !std::holds_alternative<ast::Subscribe>(statement.node);
}

}  // namespace

void ClientSession::run() noexcept {
    try {
        try {
            answer_messages();
        } catch (...) {
            const std::string problem = exception_text(std::current_exception());
            spdlog::error("postgres: session {}: internal error: {}", key_.process, problem);
            output_.error({.weight = Weight::fatal, .state = "XX000", .message = "internal error: " + problem});
            (void)output_.flush();
        }
        std::unique_ptr<Session> session;
        std::unique_ptr<CatalogReader> reader;
        {
            const MutexLock lock(mutex_);
            session = std::move(session_);
            reader = std::move(catalog_reader_);
        }
        cursors_.clear();
        session.reset();  // While it ends what it has subscribed to, cancel finds nothing any more.
    } catch (...) {
        spdlog::error("postgres: session {} did not end well: {}", key_.process,
                      exception_text(std::current_exception()));
    }
    channel_.finish();
}

void ClientSession::answer_messages() {
    welcome();
    bool goes_on = output_.flush();
    while (goes_on) {
        const std::optional<FrontendMessage> message = channel_.next();
        if (!message) break;
        goes_on = answer(*message);
        // What belongs together goes together: answers of the extended protocol wait for its Sync or Flush.
        const bool waits = std::string_view("PBDEC").find(message->type) != std::string_view::npos;
        if (!waits || output_.messages().size() > most_waiting) goes_on = output_.flush() && goes_on;
    }
    if (channel_.ending() == ClientChannel::End::shut_down) {
        output_.error(
            {.weight = Weight::fatal, .state = "57P01", .message = "the connection ends because Laminar is shut down"});
    }
    (void)output_.flush();
}

void ClientSession::welcome() {
    MessageWriter& out = output_.messages();
    out.begin('R');
    out.int32(0);
    out.end();
    out.begin('K');
    out.int32(key_.process);
    out.int32(key_.secret);
    out.end();
    ready();
}

void ClientSession::ready() {
    MessageWriter& out = output_.messages();
    for (const auto& [name, value] : parameters_.take_changes()) {
        out.begin('S');
        out.text(name);
        out.text(value);
        out.end();
    }
    constexpr std::string_view states = "ITE";
    out.begin('Z');
    out.byte(states[static_cast<std::size_t>(transaction_)]);
    out.end();
}

bool ClientSession::answer(const FrontendMessage& message) {
    if (skips_to_sync_ && message.type != 'S' && message.type != 'X' && message.type != '\0') return true;
    switch (message.type) {
        case 'Q': {
            const std::optional<std::string_view> text = MessageReader(message.body).text();
            if (text && text->size() + 1 == message.body.size()) {
                simple_query(*text);
                return true;
            }
            output_.error({.weight = Weight::fatal, .state = "08P01", .message = "a query has no NUL at its end"});
            return false;
        }
        case 'S':
            sync();
            return true;
        case 'X':
            return false;
        case 'H':
        case 'd':  // What is left of a COPY that has failed.
        case 'c':
        case 'f':
            return true;
        case 'P':
        case 'B':
        case 'D':
        case 'E':
        case 'C':
            answer_extended(message);
            return true;
        case 'F':
            (void)fail(
                {.state = "0A000", .message = "functions cannot be called by their number", .hint = "use SELECT"});
            ready();
            return true;
        case '\0':
            output_.error({.weight = Weight::fatal, .state = "08P01", .message = message.body});
            return false;
        default:
            output_.error({.weight = Weight::fatal,
                           .state = "08P01",
                           .message = fmt::format("there is no message of type 0x{:02x}",
                                                  static_cast<unsigned>(static_cast<unsigned char>(message.type)))});
            return false;
    }
}

std::nullopt_t ClientSession::fail(const ErrorMessage& error) {
    output_.error(error);
    if (transaction_ == Transaction::open) transaction_ = Transaction::failed;
    return std::nullopt;
}

void ClientSession::open_connections() {
    Session* used = nullptr;
    {
        const MutexLock lock(mutex_);
        used = session_.get();
    }
    if (used) used->open_connections();
}

void ClientSession::simple_query(std::string_view text) {
    const PlaceFinding place = place_in(text);
    const QueryText query = read_query(text, place);
    if (query.error) {
        (void)fail(*query.error);
    } else if (query.statements.empty()) {
        output_.messages().begin('I');
        output_.messages().end();
    }
    for (const QueryStatement& statement : query.statements) {
        const std::optional<std::string> tag = execute(statement, place, {});
        if (!tag) break;
        output_.command_complete(*tag);
    }
    open_connections();
    ready();
}

std::optional<std::string> ClientSession::execute(const QueryStatement& statement, const PlaceFinding& place,
                                                  ResultOutput::Delivery delivery) {
    const auto* command = std::get_if<SessionCommand>(&statement.node);
    const bool ends =
        command && (command->kind == SessionCommand::Kind::commit || command->kind == SessionCommand::Kind::rollback ||
                    command->kind == SessionCommand::Kind::rollback_to);
    if (transaction_ == Transaction::failed && !ends) {
        return fail({.state = "25P02",
                     .message = "a statement of this transaction has failed: nothing is executed until its end",
                     .hint = "ROLLBACK ends it"});
    }
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

std::optional<std::string> ClientSession::execute_laminar(const QueryStatement& statement, const PlaceFinding& place,
                                                          ResultOutput::Delivery delivery) {
    const auto& [source, tree] = std::get<LaminarStatement>(statement.node);
    const bool subscribes = std::holds_alternative<ast::Subscribe>(tree.node);
    const bool sends = delivery.sends;
    output_.begin_statement(std::move(delivery));
    if (!output_.flush()) return std::nullopt;
    Diagnostics diagnostics(source);
    Session& executing = session();
    begin_statement();
    if (subscribes) output_.begin_stream([&executing] { return executing.rows_left_out(); }, [this] { cancel(); });
    bool done = false;
    try {
        done = executing.execute(source, tree, diagnostics);
        if (done && subscribes) subscribe_until_cancelled();
    } catch (...) {
        output_.end_stream();
        end_statement();
        throw;
    }
    output_.end_stream();
    const ErrorMessage cancelled = cancelled_error();
    end_statement();
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
    if (transaction_ != Transaction::open || !changes_something(statement) || std::exchange(has_changed_, true)) return;
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

ErrorMessage ClientSession::cancelled_error() {
    CancelReason reason = CancelReason::none;
    {
        const MutexLock lock(mutex_);
        reason = cancelled_;
    }
    if (reason == CancelReason::timeout)
        return {.state = "57014",
                .message = fmt::format("the statement was cancelled: it has taken {} ms (statement_timeout)",
                                       parameters_.statement_timeout().count())};
    if (reason == CancelReason::request) return {.state = "57014", .message = "the statement was cancelled by request"};
    return {};
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
    const MutexLock lock(mutex_);
    session_ = std::move(made);
    return *session_;
}

void ClientSession::begin_statement() {
    std::uint64_t number = 0;
    {
        const MutexLock lock(mutex_);
        cancelled_ = CancelReason::none;
        is_running_ = true;
        number = ++statement_;
    }
    if (parameters_.statement_timeout().count() > 0) set_deadline_(parameters_.statement_timeout(), number);
}

void ClientSession::end_statement() {
    {
        const MutexLock lock(mutex_);
        is_running_ = false;
    }
    if (parameters_.statement_timeout().count() > 0) set_deadline_(std::chrono::milliseconds(0), 0);
}

void ClientSession::cancel(CancelReason reason) noexcept {
    if (!is_running_) return;
    cancelled_ = reason;
    if (session_) session_->cancel();
    if (catalog_reader_) catalog_reader_->interrupt();
    if (waits_for_) waits_for_->interrupt();
    changed_.notify_all();
}

void ClientSession::cancel() noexcept {
    const MutexLock lock(mutex_);
    cancel(CancelReason::request);
}

void ClientSession::cancel_statement(std::uint64_t number) noexcept {
    const MutexLock lock(mutex_);
    if (statement_ == number) cancel(CancelReason::timeout);
}

}  // namespace laminar::postgres
