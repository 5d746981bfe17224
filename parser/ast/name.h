#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "parser/text/source_span.h"

namespace laminar::ast {

/// A name as the user wrote it, unquoted ("" undone). Names compare without regard to case,
/// quoted or not, as in DuckDB.
struct Identifier {
    std::string text;
    bool quoted = false;
    SourceSpan span;
};

/// One to three identifiers joined by dots: system.websocket_connections.
struct QualifiedName {
    std::vector<Identifier> parts;
    SourceSpan span;
};

/// A column type as written. Resolution to a ColumnType is the catalog's (bind_type).
struct TypeName {
    struct Field;
    std::string name;                     ///< Upper case, words joined by one space: "TIMESTAMP WITH TIME ZONE".
    std::vector<std::int64_t> modifiers;  ///< DECIMAL(18, 3), VARCHAR(20).
    std::vector<std::string> values;      ///< ENUM('a', 'b').
    std::vector<Field> fields;            ///< STRUCT(a INT, ...), UNION(...); MAP(k, v) has two unnamed fields.
    /// One entry per [] or [n] suffix, innermost first; nullopt for [].
    std::vector<std::optional<std::int64_t>> dimensions;
    SourceSpan span;
};

struct TypeName::Field {
    Identifier name;  ///< Empty text for the unnamed fields of MAP.
    TypeName type;
};

}  // namespace laminar::ast
