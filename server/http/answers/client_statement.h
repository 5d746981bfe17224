#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "catalog/objects/catalog.h"
#include "parser/ast/statement.h"
#include "parser/diagnostic/diagnostic.h"
#include "server/http/messages/answer.h"
#include "server/http/messages/request.h"
#include "server/postgres/statements/parameter_text.h"

namespace laminar::http {

/// A value of JSON for $1, $2, ...
struct Parameter {
    enum class Kind : std::uint8_t { null, text, number, boolean, json };
    Kind kind = Kind::null;
    std::string text;  ///< As it is written; of a text, what it says.
};

/// What a client sends to be executed or checked: {"sql": "...", "parameters": [...]}, or the SQL itself.
struct SentSql {
    std::string sql;
    std::vector<Parameter> parameters;
};
[[nodiscard]] std::variant<SentSql, Error> read_sql(const Request& request);
/// The same of the JSON alone.
[[nodiscard]] std::variant<SentSql, Error> read_sql_document(std::string_view json);

struct ParameterTypes;

/// One statement of a client's, its parameters filled in, as the PostgreSQL protocol does it.
class ClientStatement {
public:
    /// Parses it. By the catalog it is known which parameters are bytes (base64), or of which nested type they are,
    /// because INSERT puts them into a column of such.
    [[nodiscard]] static std::variant<ClientStatement, Error> read(const SentSql& sent, const Catalog& catalog);

    [[nodiscard]] const SourceTextPtr& source() const noexcept { return source_; }
    [[nodiscard]] ast::Statement& statement() noexcept { return statement_; }
    [[nodiscard]] const ast::Statement& statement() const noexcept { return statement_; }

    /// A finding about it, with its place in what the client has sent.
    [[nodiscard]] Error to_error(const Diagnostic& finding) const;
    /// The first that is an error.
    [[nodiscard]] std::optional<Error> first_error(const Diagnostics& diagnostics) const;

private:
    ClientStatement(const std::string& sql, postgres::ParameterText::Filled filled);
    [[nodiscard]] static std::variant<ClientStatement, Error> read(const SentSql& sent,
                                                                   const postgres::ParameterText& text,
                                                                   const ParameterTypes& types);

    postgres::ParameterText::Filled filled_;
    SourceTextPtr sent_;    ///< What the client wrote.
    SourceTextPtr source_;  ///< With the values in it.
    ast::Statement statement_;
};

}  // namespace laminar::http
