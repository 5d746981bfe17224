#include "server/postgres/catalog/catalog_rewriter.h"

#include <utility>

#include "server/postgres/catalog/catalog_passes.h"

namespace laminar::postgres {

std::optional<std::vector<SqlToken>> rewrite_catalog_query(std::vector<SqlToken> tokens) {
    try {
        Work work;
        return rewrite_matches(rewrite_casts(rewrite_names(std::move(tokens), work), work), work);
    } catch (const TooMuchWork&) {
        return std::nullopt;
    }
}

}  // namespace laminar::postgres
