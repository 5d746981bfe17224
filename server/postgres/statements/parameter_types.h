#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "catalog/objects/catalog.h"
#include "server/postgres/statements/parameter_text.h"

namespace laminar::postgres {

/// The columns that a query would have; nothing: it cannot be bound.
using DescribeQuery = std::function<std::optional<std::vector<OutputColumn>>(const ast::Statement& query)>;

/// Told of a parameter, by its index, that is cast to a nested type, or goes into a column of such.
using NoteNestedType = std::function<void(std::size_t parameter, const ColumnType& type)>;

/// Gives parameters of unknown type (0) that of what they stand beside: the other side of an operator, of IN and
/// BETWEEN, or the column that INSERT puts them into. statement was read from filled from a byte on; they are NULL
/// there. What nothing tells stays unknown. note_nested: may be none.
void infer_parameter_types(const ast::Statement& statement, const ParameterText::Filled& filled, std::size_t begin,
                           const Catalog& catalog, const DescribeQuery& describe, std::vector<std::int32_t>& types,
                           const NoteNestedType& note_nested = {});

/// The same in a query of PostgreSQL's catalog, where the name of the column that a parameter is compared with tells.
void infer_catalog_types(const ParameterText& text, std::vector<std::int32_t>& types);

}  // namespace laminar::postgres
