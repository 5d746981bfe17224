#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/storage/stored_catalog.h"

namespace laminar {

/// The objects that a data directory had at the start and that no statement has declared, replaced or dropped since.
/// For who holds the database's statement lock.
class KeptObjects {
public:
    void add(StoredObject object);
    /// Functions have names of their own; all others share theirs.
    [[nodiscard]] const StoredObject* find(ast::ObjectKind kind, std::string_view name) const;
    void forget(ast::ObjectKind kind, std::string_view name);
    /// 'pipeline "totals", table "trades"'; empty when there are none.
    [[nodiscard]] std::string list() const;

private:
    std::map<std::pair<bool, std::string>, StoredObject> objects_;
};

/// What two declarations have in the place of one another: 'there "price DOUBLE", here "price BIGINT"'.
[[nodiscard]] std::string describe_difference(std::string_view kept, std::string_view declared);

}  // namespace laminar
