#pragma once

#include <utility>
#include <vector>

#include "runtime/plan/flink/lowering.h"

namespace laminar::flink {

/// Neither copied nor moved: its parts refer to one another.
struct FlinkLowering::Block {
    /// columns: of its inputs, as the engine sees them; with window_column where window is known.
    Block(ast::Select written, std::vector<Relation> read, const logical::Node& node, EngineTypes& engine,
          const Catalog& catalog, Findings& findings, std::optional<ColumnType> window = std::nullopt);
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;

    ast::Select select;
    std::vector<Relation> inputs;
    Scope scope;
    ExpressionWriter writer;

private:
    static std::map<std::size_t, const Relation*> numbered(const std::vector<Relation>& inputs);
};

/// Of a row of a window, or the whole window, under the names of Flink's.
struct FlinkLowering::Window {
    std::string table;  ///< TABLE(TUMBLE(TABLE ..., ...)) for FROM; empty: rows have their window already.
    std::chrono::milliseconds size{0};
    ast::Expression base;          ///< The window as the block has it: TUMBLE(...), DATE_TRUNC, or __rows.__window.
    std::string start, end, time;  ///< Columns, in quotes.
    bool has_columns = true;       ///< Others may group by the window once more.

    /// Whether an expression is the window, its start or its end.
    [[nodiscard]] std::optional<Written> written(const ast::Expression& expression) const;
};

}  // namespace laminar::flink
