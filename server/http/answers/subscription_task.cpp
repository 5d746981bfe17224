#include "server/http/answers/subscription_task.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "server/http/answers/row_format.h"

namespace laminar::http {

namespace {

/// Rows of one event, in bytes.
constexpr std::size_t most_of_event = 32 << 10;

}  // namespace

std::string event_text(EventFormat format, std::string_view name, std::string_view data) {
    if (format == EventFormat::server_sent) return fmt::format("event: {}\ndata: {}\n\n", name, data);
    return fmt::format("{{\"event\":\"{}\",\"data\":{}}}\n", name, data);
}

void SubscriptionTask::begin() {
    if (reply().has_begun()) return;
    const bool is_server_sent = format_ == EventFormat::server_sent;
    reply().begin({.content_type = is_server_sent ? "text/event-stream" : "application/x-ndjson"});
    // The head goes out with it, whenever the first row comes.
    if (is_server_sent) (void)reply().write(": subscribed\n\n");
}

void SubscriptionTask::answer(Session& session) {
    if (format_ == EventFormat::lines) {
        // Who has a WebSocket is told everything by events.
        const MutexLock lock(mutex_);
        begin();
    }
    if (const auto* error = std::get_if<Error>(&sql_)) return refuse(*error);
    std::variant<ClientStatement, Error> read =
        ClientStatement::read(std::get<SentSql>(sql_), *context().database.catalog());
    if (const auto* error = std::get_if<Error>(&read)) return refuse(*error);
    auto& statement = std::get<ClientStatement>(read);
    ast::StatementNode& node = statement.statement().node;
    if (auto* select = std::get_if<ast::SelectStatement>(&node)) {
        ast::Subscribe subscribe;
        subscribe.query = std::move(select->query);
        node = std::move(subscribe);
    }
    if (!std::holds_alternative<ast::Subscribe>(node))
        return refuse({.message = "rows of a SELECT or a SUBSCRIBE can be subscribed to", .sql_state = "0A000"});
    {
        const MutexLock lock(mutex_);
        left_out_ = [&session] { return session.rows_left_out(); };
        told_left_out_ = left_out_();
        is_streaming_ = true;
    }
    Diagnostics diagnostics(statement.source());
    const bool done = session.execute(statement.source(), statement.statement(), diagnostics);
    if (done) {
        {
            const MutexLock lock(mutex_);
            begin();
        }
        session.open_connections();
        wait_until_cancelled();
    }
    std::optional<Error> failure;
    {
        const MutexLock lock(mutex_);
        is_streaming_ = false;
        failure = failure_;
    }
    session.end_subscriptions();
    if (!done)
        return refuse(statement.first_error(diagnostics)
                          .value_or(cancellation().value_or(
                              Error{.status = 500, .message = "the subscription failed without a reason"})));
    if (failure) return refuse(*failure);
    (void)send("end", "null");
}

void SubscriptionTask::stream_failed(std::string_view /*stream*/, std::string_view reason) {
    {
        const MutexLock lock(mutex_);
        if (!is_streaming_) return;
        failure_ = Error{.message = fmt::format("the subscription has ended: {}", reason), .sql_state = "55000"};
    }
    end_waiting();
}

void SubscriptionTask::stream_rows(std::string_view /*stream*/, const ResultTable& rows) {
    const MutexLock lock(mutex_);
    if (!is_streaming_) return;
    begin();
    if (const std::uint64_t left_out = left_out_(); left_out > told_left_out_) {
        (void)send("lost", fmt::format("{{\"rows\":{}}}", left_out - told_left_out_));
        told_left_out_ = left_out;
    }
    if (std::string columns = columns_json(rows.columns); columns != columns_) {
        columns_ = std::move(columns);
        (void)send("columns", columns_);
    }
    std::string text;
    for (std::size_t row = 0; row < rows.rows; ++row) {
        text += text.empty() ? "[" : ",";
        append_row_json(text, rows, row);
        if (text.size() < most_of_event && row + 1 < rows.rows) continue;
        if (!send("rows", std::exchange(text, {}) + "]")) return;
    }
}

void SubscriptionTask::break_off(const Error& error) { (void)send("error", error_json(error)); }

}  // namespace laminar::http
