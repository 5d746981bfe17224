#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/catalog.h"
#include "catalog/objects/connector_registry.h"

namespace laminar {

/// What can stand in place of the word before the cursor.
struct Completion {
    std::size_t length = 0;               ///< Bytes of that word, which the candidates replace.
    std::vector<std::string> candidates;  ///< Whole words, in the order in which to show them.
    bool complete = true;                 ///< A blank may follow; false when the candidate itself goes on.
};

/// By the grammar, the catalog and the connectors' option schemas: keywords, objects, columns, functions, options that
/// are not given yet and apply, and their allowed values. before is what has been typed up to the cursor, with earlier
/// lines of the statement; after is the rest, which is looked at only for the relations that it names. functions are
/// the built-in ones, which are offered from their first letter on.
[[nodiscard]] Completion complete_sql(std::string_view before, std::string_view after, const Catalog& catalog,
                                      const ConnectorRegistry& registry, const std::vector<std::string>& functions);

}  // namespace laminar
