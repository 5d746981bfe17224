#pragma once

#include "catalog/objects/catalog.h"
#include "catalog/query/bound_query.h"

namespace laminar {

/// Keeps a session's checker knowing the functions that the catalog has, whichever session declared them.
class KnownFunctions {
public:
    explicit KnownFunctions(QueryChecker& checker) : checker_(checker) {}

    /// Before a statement is bound against this catalog.
    void learn(const Catalog& catalog);
    /// The session's own statement has changed them, and the checker knows already.
    void accept(const Catalog& catalog);

private:
    QueryChecker& checker_;
    Catalog::Functions known_;
    std::uint64_t changes_ = 0;
};

}  // namespace laminar
