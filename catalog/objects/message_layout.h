#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/objects/column_type.h"

namespace laminar {

/// What the messages of a connection are made of, where a file says it: asked when a table is declared, so that a name
/// that is in no message is found then and not in the rows. Immutable; any thread.
class MessageLayout {
public:
    virtual ~MessageLayout() = default;

    /// Why there is nothing at a place, or nothing that a column could take.
    struct Misfit {
        std::string message;  ///< message "feed.Trade" (trades.proto) has no field "prise"
        std::string hint;
        bool is_type = false;  ///< The place is there, and what is there is of another type.
    };
    /// Where a value is looked for.
    struct Place {
        std::vector<std::optional<std::string>> steps;  ///< From the whole message; without a name: each element.
        /// The last step is the name of a column, which may be written in another case, or with dots for nested ones.
        bool is_name = false;
    };
    /// type: of the column; null: anything will do. coerce: values are converted.
    [[nodiscard]] virtual std::optional<Misfit> check(const Place& place, const ColumnType* type,
                                                      bool coerce) const = 0;
    /// The same for a column whose rows are sent.
    [[nodiscard]] virtual std::optional<Misfit> check_sent(const std::string& name, const ColumnType& type) const = 0;
};

}  // namespace laminar
