#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "parser/ast/statement.h"
#include "server/postgres/catalog/catalog_query.h"
#include "server/postgres/messages/error_message.h"
#include "server/postgres/statements/copy_statement.h"
#include "server/postgres/statements/cursor_statement.h"
#include "server/postgres/statements/session_command.h"

namespace laminar::postgres {

/// A statement of Laminar's language, with the text it was read from.
struct LaminarStatement {
    SourceTextPtr source;
    ast::Statement statement;
};

struct QueryStatement {
    std::size_t begin = 0;  ///< Of its text, within that of the query.
    std::variant<LaminarStatement, SessionCommand, CopyStatement, CatalogQuery, CursorStatement> node;
};

struct QueryText {
    std::vector<QueryStatement> statements;
    std::optional<ErrorMessage> error;  ///< Then nothing of it is executed.
};

/// Makes an error or a notice of a finding about a text that begins at a byte of the query.
using PlaceFinding = std::function<ErrorMessage(const Diagnostic& finding, std::size_t begin)>;
/// Of a query that is as the client has sent it, which must outlive it.
[[nodiscard]] PlaceFinding place_in(std::string_view query);

/// Reads the statements that a client sends as one text.
[[nodiscard]] QueryText read_query(std::string_view text, const PlaceFinding& place);

}  // namespace laminar::postgres
