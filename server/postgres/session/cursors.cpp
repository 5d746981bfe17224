#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "server/postgres/session/client_session.h"

namespace laminar::postgres {

namespace {

/// Rows of a stream that wait for FETCH, before some are left out.
constexpr std::size_t stream_bytes = 4 << 20;

/// What all cursors and portals of a client keep.
constexpr std::size_t most_kept = 64 << 20;

constexpr std::size_t most_cursors = 100;
/// Each of these has a session, with threads, of its own.
constexpr std::size_t most_streams = 10;

ErrorMessage no_cursor(const std::string& name) {
    return {.state = "34000", .message = fmt::format("there is no cursor \"{}\"", name)};
}

}  // namespace

std::optional<std::string> ClientSession::execute_cursor(const QueryStatement& statement, const CursorStatement& cursor,
                                                         const PlaceFinding& place, ResultOutput::Delivery delivery) {
    return cursor.declares ? declare(statement, cursor, place) : fetch(cursor, std::move(delivery));
}

Cursor* ClientSession::find_cursor(const std::string& name) {
    const auto found = cursors_.find(name);
    if (found != cursors_.end()) return found->second.get();
    (void)fail(no_cursor(name));
    return nullptr;
}

std::optional<std::string> ClientSession::declare(const QueryStatement& statement, const CursorStatement& cursor,
                                                  const PlaceFinding& place) {
    if (transaction_ == Transaction::none && !cursor.holds)
        return fail({.state = "25P01",
                     .message = "a cursor without WITH HOLD is for transactions",
                     .hint = "write BEGIN before it"});
    if (cursors_.contains(cursor.name))
        return fail({.state = "42P03", .message = fmt::format("there is a cursor \"{}\" already", cursor.name)});
    if (cursors_.size() >= most_cursors)
        return fail({.state = "53000", .message = fmt::format("a client may have {} cursors", most_cursors)});
    if (auto refusal = refusal_of_name(cursor.name)) return fail(*refusal);
    const std::size_t begin = statement.begin + cursor.query_begin;
    const PlaceFinding inner = [&](const Diagnostic& finding, std::size_t offset) {
        return place(finding, begin + offset);
    };
    QueryText query = read_query(cursor.query, inner);
    if (query.error) return fail(*query.error);
    auto made = std::make_unique<Cursor>();
    made->holds = cursor.holds;
    made->born = ++births_;
    if (query.statements.size() != 1 || !open_cursor(query.statements.front(), inner, *made)) return std::nullopt;
    cursors_[cursor.name] = std::move(made);
    return "DECLARE CURSOR";
}

bool ClientSession::open_cursor(const QueryStatement& query, const PlaceFinding& place, Cursor& cursor) {
    const auto* tree = std::get_if<LaminarStatement>(&query.node);
    const bool is_of_catalog = std::holds_alternative<CatalogQuery>(query.node);
    if (!is_of_catalog && !(tree && (std::holds_alternative<ast::SelectStatement>(tree->statement.node) ||
                                     std::holds_alternative<ast::Subscribe>(tree->statement.node)))) {
        (void)fail({.state = "42P11", .message = "a cursor is for SELECT or SUBSCRIBE"});
        return false;
    }
    if (is_of_catalog || std::holds_alternative<ast::SelectStatement>(tree->statement.node)) {
        // It runs to its end now: its rows are those of this moment.
        if (!execute(query, place, {.describes = false, .into = &cursor.rows, .room = room_for_rows()})) return false;
        cursor.columns = output_.columns();
        cursor.use = is_of_catalog ? TypeUse::catalog : TypeUse::rows;
        return true;
    }
    const auto streams = std::count_if(cursors_.begin(), cursors_.end(),
                                       [](const auto& each) { return each.second->stream != nullptr; });
    if (static_cast<std::size_t>(streams) >= most_streams) {
        (void)fail({.state = "53000",
                    .message = fmt::format("a client may have {} cursors over SUBSCRIBE", most_streams),
                    .hint = "CLOSE one of them, or open another connection"});
        return false;
    }
    Diagnostics diagnostics(tree->source);
    auto columns = session().describe(tree->source, tree->statement, diagnostics);
    auto stream = std::make_unique<StreamCursor>(database_, stream_bytes, role_ < Role::write);
    if (!columns || !stream->subscribe(tree->source, tree->statement, diagnostics)) {
        (void)fail_with(diagnostics, {}, place, query.begin);
        return false;
    }
    cursor.columns = std::move(*columns);
    cursor.stream = std::move(stream);
    return true;
}

bool ClientSession::wait_for_rows(Cursor& cursor) {
    const Running running(*this);
    const bool came = wait_interruptibly(*cursor.stream, [&] { return cursor.stream->wait_for(cursor.rows); });
    if (came) return true;
    const std::string failure = is_cancelled() ? std::string() : cursor.stream->failure();
    (void)fail(failure.empty() ? cancelled_error() : subscription_has_ended(failure));
    return false;
}

std::optional<std::string> ClientSession::fetch(const CursorStatement& statement, ResultOutput::Delivery delivery) {
    Cursor* cursor = find_cursor(statement.name);
    if (!cursor) return std::nullopt;
    delivery.use = cursor->use;
    const std::optional<std::size_t> described = delivery.described_columns;
    output_.begin_statement(std::move(delivery));
    const std::uint64_t count = statement.count.value_or(std::numeric_limits<std::uint64_t>::max());
    if (cursor->stream && count > 0 && cursor->rows.empty()) {
        if (!output_.flush() || !wait_for_rows(*cursor)) return std::nullopt;
        // Rows that say what has changed have a column more than those that were described.
        cursor->columns = cursor->rows.columns();
        const std::uint64_t left_out = cursor->stream->rows_left_out();
        if (left_out > cursor->told_left_out)
            output_.error({.weight = Weight::warning,
                           .state = "01000",
                           .message = fmt::format("{} rows were left out here: the stream is faster than they are read",
                                                  left_out - cursor->told_left_out)});
        cursor->told_left_out = left_out;
    }
    if (described && *described != cursor->columns.size())
        return fail({.state = "0A000",
                     .message =
                         "the rows of this subscription say what has changed: they have more columns than it was "
                         "described with",
                     .hint = "send FETCH by the simple query protocol"});
    output_.begin_result(cursor->columns);
    cursor->rows.take(count, [this](const ResultTable& rows, std::size_t first, std::size_t taken) {
        output_.append_rows(rows, first, taken);
    });
    output_.end_result();
    return fmt::format("FETCH {}", output_.row_count());
}

std::size_t ClientSession::room_for_rows() const {
    std::size_t kept = prepared_.kept_bytes();
    for (const auto& [name, cursor] : cursors_) kept += cursor->rows.byte_size();
    return kept < most_kept ? most_kept - kept : 0;
}

void ClientSession::close_cursors_of_transaction() {
    std::erase_if(cursors_, [](const auto& each) { return !each.second->holds; });
}

}  // namespace laminar::postgres
