#include "server/postgres/statements/query_text.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "parser/read/parser.h"
#include "parser/tokens/statement_splitter.h"

namespace laminar::postgres {

namespace {

constexpr const char* source_name = "query";

const Diagnostic* first_error(const Diagnostics& diagnostics) {
    const auto& all = diagnostics.all();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [](const Diagnostic& finding) { return finding.severity == Severity::error; });
    return found == all.end() ? nullptr : &*found;
}

/// Adds the statements of a text that begins at a byte of the query. False: it cannot be read, and the query has the
/// error alone.
bool read_laminar(std::string_view text, std::size_t begin, const PlaceFinding& place, QueryText& query) {
    const auto source = std::make_shared<const SourceText>(source_name, std::string(text));
    Diagnostics diagnostics(source);
    ParsedScript script = parse_script(source, diagnostics);
    if (const Diagnostic* error = first_error(diagnostics)) {
        query.statements.clear();
        query.error = place(*error, begin);
        return false;
    }
    for (ast::Statement& statement : script.statements)
        query.statements.push_back({begin, LaminarStatement{source, std::move(statement)}});
    return true;
}

}  // namespace

PlaceFinding place_in(std::string_view query) {
    return [query](const Diagnostic& finding, std::size_t begin) { return to_error_message(finding, query, begin); };
}

QueryText read_query(std::string_view text, const PlaceFinding& place) {
    QueryText query;
    StatementSplitter splitter(text, ParserLimits().max_nesting);
    while (const std::optional<StatementText> next = splitter.next()) {
        if (const std::optional<LexicalFault>& fault = next->fault) {
            const auto whole = std::make_shared<const SourceText>(source_name, std::string(text));
            query.statements.clear();
            query.error = place({fault->code, Severity::error, fault->message, whole, fault->span, fault->hint}, 0);
            return query;
        }
        if (next->blank) continue;
        const std::string_view slice = text.substr(next->span.begin, next->span.end - next->span.begin);
        if (std::optional<SessionCommand> command = parse_session_command(slice)) {
            query.statements.push_back({next->span.begin, std::move(*command)});
            continue;
        }
        std::optional<ErrorMessage> refusal;
        if (std::optional<CopyStatement> copy = parse_copy(slice, refusal)) {
            query.statements.push_back({next->span.begin, std::move(*copy)});
        } else if (std::optional<CursorStatement> cursor = parse_cursor(slice, refusal)) {
            query.statements.push_back({next->span.begin, std::move(*cursor)});
        } else if (std::optional<CatalogQuery> catalog = parse_catalog_query(slice)) {
            query.statements.push_back({next->span.begin, std::move(*catalog)});
        } else if (!read_laminar(slice, next->span.begin, place, query)) {
            return query;
        }
        if (refusal) {
            query.statements.clear();
            query.error = std::move(refusal);
            return query;
        }
    }
    return query;
}

}  // namespace laminar::postgres
