#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/postgres/session/client_session.h"
#include "server/postgres/statements/filled_query.h"
#include "server/postgres/values/parameter_value.h"

namespace laminar::postgres {

namespace {

/// So many numbers as the first says.
std::optional<std::vector<std::int16_t>> read_formats(MessageReader& message) {
    const std::optional<std::int16_t> count = message.int16();
    if (!count) return std::nullopt;
    std::vector<std::int16_t> formats;
    for (std::uint16_t i = 0; i < static_cast<std::uint16_t>(*count); ++i) {
        const std::optional<std::int16_t> format = message.int16();
        if (!format || *format < 0 || *format > 1) return std::nullopt;
        formats.push_back(*format);
    }
    return formats;
}

/// The tag of a statement with the number of the rows that were sent now, where it has one.
std::string counted(const std::string& tag, std::uint64_t sent) {
    for (const std::string_view statement : {"SELECT ", "FETCH "})
        if (tag.starts_with(statement)) return fmt::format("{}{}", statement, sent);
    return tag;
}

}  // namespace

std::optional<ErrorMessage> ClientSession::bind(MessageReader message) {
    const std::optional<std::string_view> name = message.text();
    const std::optional<std::string_view> statement_name = message.text();
    const std::optional<std::vector<std::int16_t>> formats = read_formats(message);
    const std::optional<std::int16_t> given = formats ? message.int16() : std::nullopt;
    if (!given) return malformed_message();
    auto portal = std::make_shared<Portal>();
    portal->statement = prepared_.statement(std::string(*statement_name));
    if (!portal->statement)
        return ErrorMessage{.state = "26000",
                            .message = fmt::format("there is no prepared statement \"{}\"", *statement_name)};
    const std::vector<std::int32_t>& types = portal->statement->types;
    const std::size_t count = static_cast<std::uint16_t>(*given);
    if (count != types.size() || (formats->size() > 1 && formats->size() != count))
        return ErrorMessage{
            .state = "08P01",
            .message = fmt::format("the statement has {} parameters, and {} were given", types.size(), count)};
    std::vector<std::string> values;
    for (std::size_t i = 0; i < count; ++i) {
        const std::optional<std::int32_t> size = message.int32();
        if (!size || *size < -1) return malformed_message();
        if (*size == -1) {
            values.push_back(null_sql(types[i]));
            continue;
        }
        const std::optional<std::string_view> bytes = message.bytes(static_cast<std::size_t>(*size));
        if (!bytes) return malformed_message();
        const bool is_binary = !formats->empty() && (*formats)[formats->size() == 1 ? 0 : i] == 1;
        std::optional<std::string> sql =
            parameter_sql(types[i], is_binary ? ValueFormat::binary : ValueFormat::text, *bytes);
        if (!sql)
            return ErrorMessage{
                .state = is_binary ? "22P03" : "22P02",
                .message = fmt::format("parameter ${} is no value of its type (OID {})", i + 1, types[i])};
        values.push_back(std::move(*sql));
    }
    std::optional<std::vector<std::int16_t>> result_formats = read_formats(message);
    if (!result_formats) return malformed_message();
    portal->formats = std::move(*result_formats);
    portal->born = ++births_;
    const ParameterText& text = portal->statement->text;
    auto filled = text.fill(values);
    if (!filled) return ParameterText::too_long();
    portal->filled = std::move(*filled);
    values = {};
    portal->query = read_query(portal->filled.text(), place_in(text, portal->filled));
    if (auto refusal = refusal_to_prepare(portal->query)) return refusal;
    if (auto refusal = prepared_.add(std::string(*name), std::move(portal))) return refusal;
    output_.messages().message('2');
    return std::nullopt;
}

std::optional<ErrorMessage> ClientSession::begin_portal(Portal& portal, std::uint64_t limit, std::uint64_t& sent) {
    portal.is_executed = true;
    const QueryStatement& statement = portal.query.statements.front();
    const auto tag = execute(statement, place_in(portal.statement->text, portal.filled),
                             {.describes = false,
                              .formats = portal.formats,
                              .limit = limit,
                              .described_columns = portal.described_columns,
                              .room = room_for_rows()});
    if (!tag) return ErrorMessage{};
    portal.kept = output_.take_kept();
    portal.tag = *tag;
    const auto* cursor = std::get_if<CursorStatement>(&statement.node);
    portal.has_rows = !output_.columns().empty() && !(cursor && cursor->declares);
    sent = output_.row_count() - portal.kept.size();
    return std::nullopt;
}

std::optional<ErrorMessage> ClientSession::execute_portal(MessageReader message) {
    const std::optional<std::string_view> name = message.text();
    const std::optional<std::int32_t> given = message.int32();
    if (!given) return malformed_message();
    const auto portal = prepared_.portal(std::string(*name));
    if (!portal) return ErrorMessage{.state = "34000", .message = fmt::format("there is no cursor \"{}\"", *name)};
    if (portal->query.statements.empty()) {
        output_.messages().message('I');
        return std::nullopt;
    }
    const auto limit = static_cast<std::uint64_t>(std::max(*given, 0));
    std::uint64_t sent = 0;
    if (!portal->is_executed) {
        if (auto problem = begin_portal(*portal, limit, sent)) return problem;
    } else if (transaction_ == Transaction::failed) {
        return transaction_has_failed();
    } else if (!portal->has_rows) {
        return ErrorMessage{.state = "55000",
                            .message = fmt::format("\"{}\" has been executed, and has no rows", *name)};
    } else {
        for (; !portal->kept.empty() && (limit == 0 || sent < limit); ++sent) {
            output_.messages().bytes(portal->kept.front());
            portal->kept.pop_front();
            if (output_.messages().size() >= ResultOutput::flush_size && !output_.flush()) throw ClientGone();
        }
    }
    if (portal->kept.empty())
        output_.command_complete(counted(portal->tag, sent));
    else
        output_.messages().message('s');
    return std::nullopt;
}

}  // namespace laminar::postgres
