#include <fmt/format.h>

#include <algorithm>

#include "server/postgres/session/client_session.h"
#include "server/postgres/session/parameter_types.h"
#include "server/postgres/values/parameter_value.h"

namespace laminar::postgres {

namespace {

ErrorMessage malformed() { return {.state = "08P01", .message = "a message of the extended protocol is malformed"}; }

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

void answer_with(MessageWriter& out, char type) {
    out.begin(type);
    out.end();
}

/// Of findings in a text whose parameters were filled in: they are shown in the text of the client.
PlaceFinding place_in(const ParameterText& text, const ParameterText::Filled& filled) {
    return [&text, &filled](const Diagnostic& finding, std::size_t begin) {
        Diagnostic placed = finding;
        placed.span.begin = static_cast<std::uint32_t>(filled.origin(begin + finding.span.begin));
        return to_error_message(placed, text.text(), 0);
    };
}

std::vector<std::string> nulls_for(const std::vector<std::int32_t>& types, std::int32_t unknown) {
    std::vector<std::string> nulls;
    for (const std::int32_t type : types) nulls.push_back(null_sql(type == 0 ? unknown : type));
    return nulls;
}

std::optional<ErrorMessage> refusal_of(const QueryText& query) {
    if (query.error) return query.error;
    if (query.statements.size() > 1)
        return ErrorMessage{.state = "42601", .message = "a prepared statement is one statement"};
    if (query.statements.empty()) return std::nullopt;
    if (std::holds_alternative<CopyStatement>(query.statements.front().node))
        return ErrorMessage{.state = "0A000",
                            .message = "COPY cannot be prepared",
                            .hint = "send it by the simple query protocol: without parameters"};
    return std::nullopt;
}

/// Whether it has rows whose columns only its execution tells, which changes nothing.
bool is_described_by_execution(const QueryStatement& statement) {
    if (const auto* command = std::get_if<SessionCommand>(&statement.node))
        return command->kind == SessionCommand::Kind::show;
    const auto* tree = std::get_if<LaminarStatement>(&statement.node);
    if (!tree) return false;
    const ast::StatementNode& node = tree->statement.node;
    return std::holds_alternative<ast::Show>(node) || std::holds_alternative<ast::ShowCreate>(node) ||
           std::holds_alternative<ast::Describe>(node) || std::holds_alternative<ast::Explain>(node);
}

TypeUse use_of(const QueryText& query) {
    const bool is_of_catalog =
        !query.statements.empty() && std::holds_alternative<CatalogQuery>(query.statements.front().node);
    return is_of_catalog ? TypeUse::catalog : TypeUse::rows;
}

}  // namespace

void ClientSession::answer_extended(const FrontendMessage& message) {
    const MessageReader body(message.body);
    std::optional<ErrorMessage> error;
    switch (message.type) {
        case 'P':
            error = parse(body);
            break;
        case 'B':
            error = bind(body);
            break;
        case 'D':
            error = describe(body);
            break;
        case 'E':
            error = execute_portal(body);
            break;
        default:
            error = close(body);
    }
    if (!error) return;
    // Without a message it has been told already.
    if (!error->message.empty()) (void)fail(*error);
    skips_to_sync_ = true;
}

std::optional<ErrorMessage> ClientSession::parse(MessageReader message) {
    const std::optional<std::string_view> name = message.text();
    const std::optional<std::string_view> text = message.text();
    const std::optional<std::int16_t> given = message.int16();
    if (!given) return malformed();
    PreparedStatement statement{ParameterText(std::string(*text)), {}};
    for (std::uint16_t i = 0; i < static_cast<std::uint16_t>(*given); ++i) {
        const std::optional<std::int32_t> type = message.int32();
        if (!type) return malformed();
        statement.types.push_back(*type == unknown_oid ? 0 : *type);
    }
    const std::optional<std::size_t> count = statement.text.parameter_count();
    if (!count) return ErrorMessage{.state = "42P02", .message = "parameters are $1 to $65535"};
    statement.types.resize(std::max(statement.types.size(), *count));
    for (std::size_t i = 0; i < statement.types.size(); ++i)
        if (statement.types[i] == 0) statement.types[i] = statement.text.type_at_place(i);

    const ParameterText::Filled filled = statement.text.fill(nulls_for(statement.types, 0));
    if (auto refusal = refusal_of(read_query(filled.text(), place_in(statement.text, filled)))) return refusal;
    if (auto refusal = prepared_.add(std::string(*name), std::make_shared<PreparedStatement>(std::move(statement))))
        return refusal;
    answer_with(output_.messages(), '1');
    return std::nullopt;
}

std::optional<ErrorMessage> ClientSession::bind(MessageReader message) {
    const std::optional<std::string_view> name = message.text();
    const std::optional<std::string_view> statement_name = message.text();
    const std::optional<std::vector<std::int16_t>> formats = read_formats(message);
    const std::optional<std::int16_t> given = formats ? message.int16() : std::nullopt;
    if (!given) return malformed();
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
        if (!size || *size < -1) return malformed();
        if (*size == -1) {
            values.push_back(null_sql(types[i]));
            continue;
        }
        const std::optional<std::string_view> bytes = message.bytes(static_cast<std::size_t>(*size));
        if (!bytes) return malformed();
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
    if (!result_formats) return malformed();
    portal->formats = std::move(*result_formats);
    const ParameterText& text = portal->statement->text;
    portal->filled = text.fill(values);
    portal->query = read_query(portal->filled.text(), place_in(text, portal->filled));
    if (auto refusal = refusal_of(portal->query)) return refusal;
    if (auto refusal = prepared_.add(std::string(*name), std::move(portal))) return refusal;
    answer_with(output_.messages(), '2');
    return std::nullopt;
}

std::optional<std::vector<OutputColumn>> ClientSession::columns_of(const QueryText& query, const PlaceFinding& place) {
    if (query.statements.empty()) return std::vector<OutputColumn>();
    const QueryStatement& statement = query.statements.front();
    if (is_described_by_execution(statement)) {
        if (!execute(statement, place, {.describes = false, .sends = false})) return std::nullopt;
        return output_.columns();
    }
    if (const auto* query_of_catalog = std::get_if<CatalogQuery>(&statement.node))
        return describe_catalog(statement, *query_of_catalog, place);
    if (const auto* cursor = std::get_if<CursorStatement>(&statement.node)) {
        if (cursor->declares) return std::vector<OutputColumn>();
        const Cursor* found = find_cursor(cursor->name);
        return found ? std::optional(found->columns) : std::nullopt;
    }
    const auto* tree = std::get_if<LaminarStatement>(&statement.node);
    if (!tree) return std::vector<OutputColumn>();
    Diagnostics diagnostics(tree->source);
    auto columns = session().describe(tree->source, tree->statement, diagnostics);
    if (!columns) (void)fail_with(diagnostics, {}, place, statement.begin);
    return columns;
}

std::optional<ErrorMessage> ClientSession::describe(MessageReader message) {
    const std::optional<std::string_view> kind = message.bytes(1);
    const std::optional<std::string_view> name = message.text();
    if (!name) return malformed();
    if (*kind == "S") {
        const auto statement = prepared_.statement(std::string(*name));
        if (!statement)
            return ErrorMessage{.state = "26000",
                                .message = fmt::format("there is no prepared statement \"{}\"", *name)};
        return describe_statement(*statement);
    }
    const auto portal = *kind == "P" ? prepared_.portal(std::string(*name)) : nullptr;
    if (!portal) {
        // One that DECLARE has made is a portal, too.
        const auto cursor = *kind == "P" ? cursors_.find(*name) : cursors_.end();
        if (cursor == cursors_.end())
            return ErrorMessage{.state = "34000", .message = fmt::format("there is no cursor \"{}\"", *name)};
        output_.describe(cursor->second->columns, {}, cursor->second->use);
        return std::nullopt;
    }
    const auto columns = columns_of(portal->query, place_in(portal->statement->text, portal->filled));
    if (!columns) return ErrorMessage{};
    portal->described_columns = columns->size();
    output_.describe(*columns, portal->formats, use_of(portal->query));
    return std::nullopt;
}

void ClientSession::infer_types(PreparedStatement& statement) {
    if (std::find(statement.types.begin(), statement.types.end(), 0) == statement.types.end()) return;
    const ParameterText::Filled filled = statement.text.fill(nulls_for(statement.types, 0));
    const QueryText query = read_query(filled.text(), place_in(statement.text, filled));
    if (query.error || query.statements.empty()) return;
    if (std::holds_alternative<CatalogQuery>(query.statements.front().node))
        infer_catalog_types(statement.text, statement.types);
    const auto* tree = std::get_if<LaminarStatement>(&query.statements.front().node);
    if (!tree) return;
    const DescribeQuery describe = [&](const ast::Statement& asked) {
        Diagnostics ignored(tree->source);
        return session().describe(tree->source, asked, ignored);
    };
    infer_parameter_types(tree->statement, filled, query.statements.front().begin, *database_.catalog(), describe,
                          statement.types);
}

std::optional<ErrorMessage> ClientSession::describe_statement(PreparedStatement& statement) {
    infer_types(statement);
    // A value of unknown type is a text where it stands alone; else what stands beside it decides.
    const ParameterText::Filled as_text = statement.text.fill(nulls_for(statement.types, text_oid));
    const QueryText query = read_query(as_text.text(), place_in(statement.text, as_text));
    std::optional<std::vector<OutputColumn>> columns;
    const bool has_unknown = std::find(statement.types.begin(), statement.types.end(), 0) != statement.types.end();
    if (has_unknown && !query.error && !query.statements.empty()) {
        if (const auto* tree = std::get_if<LaminarStatement>(&query.statements.front().node)) {
            Diagnostics ignored(tree->source);
            columns = session().describe(tree->source, tree->statement, ignored);
        }
    }
    if (!columns) {
        const ParameterText::Filled filled = statement.text.fill(nulls_for(statement.types, 0));
        const PlaceFinding place = place_in(statement.text, filled);
        columns = columns_of(read_query(filled.text(), place), place);
    }
    if (!columns) return ErrorMessage{};
    MessageWriter& out = output_.messages();
    out.begin('t');
    out.int16(static_cast<std::int16_t>(statement.types.size()));
    for (const std::int32_t type : statement.types) out.int32(type == 0 ? text_oid : type);
    out.end();
    output_.describe(*columns, {}, use_of(query));
    return std::nullopt;
}

std::optional<ErrorMessage> ClientSession::execute_portal(MessageReader message) {
    const std::optional<std::string_view> name = message.text();
    const std::optional<std::int32_t> limit = message.int32();
    if (!limit) return malformed();
    const auto portal = prepared_.portal(std::string(*name));
    if (!portal) return ErrorMessage{.state = "34000", .message = fmt::format("there is no cursor \"{}\"", *name)};
    if (portal->query.statements.empty()) {
        answer_with(output_.messages(), 'I');
        return std::nullopt;
    }
    if (!portal->is_executed) {
        portal->is_executed = true;
        const auto tag = execute(portal->query.statements.front(), place_in(portal->statement->text, portal->filled),
                                 {.describes = false,
                                  .formats = portal->formats,
                                  .limit = static_cast<std::uint64_t>(std::max(*limit, 0)),
                                  .described_columns = portal->described_columns});
        if (!tag) return ErrorMessage{};
        portal->kept = output_.take_kept();
        portal->tag = *tag;
    } else {
        for (std::int32_t sent = 0; !portal->kept.empty() && (*limit <= 0 || sent < *limit); ++sent) {
            output_.messages().bytes(portal->kept.front());
            portal->kept.pop_front();
            if (output_.messages().size() >= ResultOutput::flush_size && !output_.flush()) return ErrorMessage{};
        }
    }
    if (portal->kept.empty()) {
        output_.command_complete(portal->tag);
    } else {
        answer_with(output_.messages(), 's');
    }
    return std::nullopt;
}

std::optional<ErrorMessage> ClientSession::close(MessageReader message) {
    const std::optional<std::string_view> kind = message.bytes(1);
    const std::optional<std::string_view> name = message.text();
    if (!name || (*kind != "S" && *kind != "P")) return malformed();
    if (*kind == "S")
        prepared_.remove_statement(std::string(*name));
    else
        prepared_.remove_portal(std::string(*name));
    answer_with(output_.messages(), '3');
    return std::nullopt;
}

void ClientSession::sync() {
    skips_to_sync_ = false;
    if (transaction_ == Transaction::none) prepared_.remove_portals();
    open_connections();
    ready();
}

}  // namespace laminar::postgres
