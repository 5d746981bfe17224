#include <fmt/format.h>

#include <algorithm>

#include "server/postgres/session/client_session.h"
#include "server/postgres/statements/filled_query.h"
#include "server/postgres/statements/parameter_types.h"
#include "server/postgres/values/parameter_value.h"

namespace laminar::postgres {

namespace {

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

}  // namespace

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
    if (!name) return malformed_message();
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
    const auto filled = statement.text.fill(nulls_for(statement.types, 0));
    if (!filled) return;
    const QueryText query = read_query(filled->text(), place_in(statement.text, *filled));
    if (query.error || query.statements.empty()) return;
    if (std::holds_alternative<CatalogQuery>(query.statements.front().node))
        infer_catalog_types(statement.text, statement.types);
    const auto* tree = std::get_if<LaminarStatement>(&query.statements.front().node);
    if (!tree) return;
    const DescribeQuery describe = [&](const ast::Statement& asked) {
        Diagnostics ignored(tree->source);
        return session().describe(tree->source, asked, ignored);
    };
    infer_parameter_types(tree->statement, *filled, query.statements.front().begin, *database_.catalog(), describe,
                          statement.types);
}

std::optional<ErrorMessage> ClientSession::describe_statement(PreparedStatement& statement) {
    infer_types(statement);
    // A value of unknown type is a text where it stands alone; else what stands beside it decides.
    const auto as_text = statement.text.fill(nulls_for(statement.types, text_oid));
    if (!as_text) return ParameterText::too_long();
    const QueryText query = read_query(as_text->text(), place_in(statement.text, *as_text));
    std::optional<std::vector<OutputColumn>> columns;
    const bool has_unknown = std::find(statement.types.begin(), statement.types.end(), 0) != statement.types.end();
    if (has_unknown && !query.error && !query.statements.empty()) {
        if (const auto* tree = std::get_if<LaminarStatement>(&query.statements.front().node)) {
            Diagnostics ignored(tree->source);
            columns = session().describe(tree->source, tree->statement, ignored);
        }
    }
    if (!columns) {
        const auto filled = statement.text.fill(nulls_for(statement.types, 0));
        if (!filled) return ParameterText::too_long();
        const PlaceFinding place = place_in(statement.text, *filled);
        columns = columns_of(read_query(filled->text(), place), place);
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

}  // namespace laminar::postgres
