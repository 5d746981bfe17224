#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "parser/ast/statement.h"
#include "server/postgres/messages/error_message.h"
#include "server/postgres/session/session_command.h"

namespace laminar::postgres {

/// A statement of Laminar's language, with the text it was read from.
struct LaminarStatement {
    SourceTextPtr source;
    ast::Statement statement;
};

struct QueryStatement {
    std::size_t begin = 0;  ///< Of its text, within that of the query.
    std::variant<LaminarStatement, SessionCommand> node;
};

struct QueryText {
    std::vector<QueryStatement> statements;
    std::optional<ErrorMessage> error;  ///< Then nothing of it is executed.
};

/// Reads the statements that a client sends as one text.
[[nodiscard]] QueryText read_query(std::string_view text);

}  // namespace laminar::postgres
