#pragma once

#include <memory>
#include <string>
#include <vector>

#include "parser/ast/query.h"
#include "runtime/engine/engine.h"
#include "runtime/flow/direct/direct_condition.h"
#include "runtime/flow/direct/direct_value.h"

namespace laminar {

/// A query over one stream that is computed without a statement, because it only chooses rows by conditions that cannot
/// fail and shows columns: SELECT symbol, price FROM trades WHERE price > 100 AND symbol IN ('A', 'B'). A statement
/// costs the same for one row as for a thousand, and in a stream rows come one by one. The answer is that of the
/// statement, to the bit. Engine thread.
class DirectQuery {
public:
    /// Null where the query is anything else. columns: what its statement delivers.
    [[nodiscard]] static std::unique_ptr<DirectQuery> make(Engine& engine, const ast::Query& query,
                                                           const DirectSource& source,
                                                           const std::vector<OutputColumn>& columns);

    /// Appends to rows, which have the columns of the statement, what it would deliver. False, and rows as they were:
    /// what the slot shows can only be read by a statement.
    [[nodiscard]] bool run(ColumnRows& rows) const;

private:
    DirectQuery() = default;
    [[nodiscard]] bool prepare(const ast::Select& select, const std::vector<OutputColumn>& results,
                               DirectColumns& columns);

    BatchSlot* slot_ = nullptr;
    std::vector<std::size_t> positions_;  ///< Of the columns in the slot, by their number.
    std::vector<DirectColumns::Conversion> conversions_;
    std::unique_ptr<DirectCondition> where_;
    std::vector<std::unique_ptr<DirectValue>> values_;
};

}  // namespace laminar
