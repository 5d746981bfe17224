#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "parser/ast/query.h"
#include "runtime/flow/direct/direct_rows.h"

namespace laminar {

/// The columns that a query names, and constants in the engine's words. Engine thread.
class DirectColumns {
public:
    /// held: the columns of what is read, by their position; shown: as the query sees them, which knows the relation by
    /// that alias. Borrowed.
    DirectColumns(Engine& engine, const std::vector<OutputColumn>& held, const std::vector<ShownColumn>& shown,
                  std::string alias)
        : engine_(engine), held_(held), shown_(shown), alias_(std::move(alias)) {}

    /// The number of the column that an expression is, as it stands, cast to the type that it has, or cast to one that
    /// takes all its values (is_sure_conversion); nullopt for anything else.
    [[nodiscard]] std::optional<std::size_t> find(const ast::Expression& expression);
    /// Of all that the query sees, in their order, what `*` stands for; nullopt where one of them is computed.
    [[nodiscard]] std::optional<std::vector<std::size_t>> all();
    [[nodiscard]] const ColumnType& type(std::size_t column) const { return types_.at(column); }
    /// Positions in what is read, by number.
    [[nodiscard]] const std::vector<std::size_t>& positions() const noexcept { return positions_; }
    /// Those that are cast when they have been read, after one another.
    struct Conversion {
        std::size_t column = 0;  ///< The number of the result.
        std::size_t source = 0;  ///< The number of what is cast; less than that of the result.
        ColumnType type;
    };
    [[nodiscard]] const std::vector<Conversion>& conversions() const noexcept { return conversions_; }

    /// The value of an expression without columns, cast to a type; a column with one row, which is not NULL. nullopt:
    /// it has none.
    [[nodiscard]] std::optional<ColumnVector> constant(const ast::Expression& expression,
                                                       const std::string& type) const;

private:
    [[nodiscard]] std::optional<std::size_t> find(const std::string& name);
    [[nodiscard]] std::optional<std::size_t> convert(std::size_t column, const ColumnType& type);

    Engine& engine_;
    const std::vector<OutputColumn>& held_;
    const std::vector<ShownColumn>& shown_;
    std::string alias_;
    std::vector<std::size_t> positions_;
    std::vector<ColumnType> types_;
    std::vector<Conversion> conversions_;
};

}  // namespace laminar
