#include "server/http/answers/query_task.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>
#include <variant>

#include "parser/diagnostic/diagnostic_json.h"
#include "server/http/answers/client_statement.h"
#include "server/login/role.h"

namespace laminar::http {

namespace {

/// So much is handed over at once; an error that comes before is the whole answer.
constexpr std::size_t flush_size = 32 << 10;

}  // namespace

void QueryTask::answer(Session& session) {
    const std::optional<RowFormat> format = wanted_format(request().header("Accept"));
    if (!format)
        return refuse({.status = 406,
                       .message = "rows come as application/json, application/x-ndjson, text/csv or "
                                  "application/vnd.apache.arrow.stream (Accept)"});
    writer_.emplace(*format);
    media_type_ = media_type_of(*format);
    std::variant<SentSql, Error> sent = read_sql(request());
    if (const auto* error = std::get_if<Error>(&sent)) return refuse(*error);
    std::variant<ClientStatement, Error> read =
        ClientStatement::read(std::get<SentSql>(sent), *context().database.catalog());
    if (const auto* error = std::get_if<Error>(&read)) return refuse(*error);
    const auto& statement = std::get<ClientStatement>(read);
    if (!may(role_for(statement.statement()))) return;
    if (std::holds_alternative<ast::Subscribe>(statement.statement().node))
        return refuse({.message = "SUBSCRIBE has no end: it is for /api/v1/subscribe", .sql_state = "0A000"});

    Diagnostics diagnostics(statement.source());
    const bool done = session.execute(statement.source(), statement.statement(), diagnostics);
    session.open_connections();
    if (refusal_) return refuse(*refusal_);
    if (!done) {
        const std::optional<Error> cancelled = cancellation();
        const std::optional<Error> error = statement.first_error(diagnostics);
        if (cancelled && (!error || error->sql_state == "57014")) return refuse(*cancelled);
        return refuse(error.value_or(Error{.status = 500, .message = "the statement failed without a reason"}));
    }
    std::vector<std::string> notices;
    for (const Diagnostic& finding : diagnostics.all())
        notices.push_back(error_json(statement.to_error(finding), severity_name(finding.severity)));
    if (!has_result_) writer_->begin(text_, {});
    writer_->end(text_, tag_, notices);
    if (reply().has_begun())
        (void)flush();
    else
        reply().give({{.content_type = std::string(media_type_)}, std::move(text_)});
}

void QueryTask::begin_result(const std::vector<OutputColumn>& columns) {
    has_result_ = true;
    writer_->begin(text_, columns);
}

void QueryTask::refuse_more_rows() {
    refusal_ =
        Error{.message = fmt::format("the result has more than {} rows (--max-rows)", context().settings.max_rows),
              .hint = "LIMIT takes a part of them",
              .sql_state = "54000"};
    throw std::runtime_error(refusal_->message);
}

void QueryTask::rows(const ResultTable& rows) {
    const std::size_t most = context().settings.max_rows;
    if (writer_->takes_tables()) {
        if (writer_->row_count() + rows.rows > most) refuse_more_rows();
        writer_->table(text_, rows);
        if (text_.size() >= flush_size && !flush()) throw std::runtime_error("the client is gone");
        return;
    }
    for (std::size_t row = 0; row < rows.rows; ++row) {
        if (writer_->row_count() == most) refuse_more_rows();
        writer_->row(text_, rows, row);
        if (text_.size() >= flush_size && !flush()) throw std::runtime_error("the client is gone");
    }
}

bool QueryTask::flush() {
    if (!reply().has_begun()) reply().begin({.content_type = std::string(media_type_)});
    return reply().write(std::exchange(text_, {}));
}

void QueryTask::break_off(const Error& error) {
    writer_->broken_end(text_, error);
    (void)flush();
}

}  // namespace laminar::http
