#include "runtime/flow/direct/direct_conversion.h"

#include "connectors/codec/values/scalar_text.h"
#include "runtime/flow/direct/direct_cell.h"

namespace laminar {

namespace {

bool is_unsigned(TypeId type) noexcept {
    return type == TypeId::utinyint || type == TypeId::usmallint || type == TypeId::uinteger || type == TypeId::ubigint;
}

/// Of up to 64 bits.
bool is_small_integer(TypeId type) noexcept { return is_integer(type) && physical_width(physical_type(type)) <= 8; }

}  // namespace

bool is_sure_conversion(const ColumnType& from, const ColumnType& to) noexcept {
    if (to.id == TypeId::float64) return from.id == TypeId::float32 || is_small_integer(from.id);
    if (!is_small_integer(from.id) || !is_small_integer(to.id)) return false;
    const bool is_wider = physical_width(physical_type(from)) < physical_width(physical_type(to));
    return is_wider && (is_unsigned(from.id) || !is_unsigned(to.id));
}

ColumnVector convert_surely(const ColumnVector& from, const ColumnType& to, const std::vector<std::size_t>& rows) {
    const CellKind source = cell_kind(from.type());
    const CellKind target = cell_kind(to);
    ColumnVector converted(to);
    for (const std::size_t row : rows) {
        while (converted.size() < row) converted.append_null();
        DirectCell cell = cell_at(from, source, row);
        // To the nearest DOUBLE, as the engine does it.
        if (!cell.is_null && source == CellKind::whole && target == CellKind::real)
            cell.real = static_cast<double>(cell.whole);
        append_cell(converted, target, cell, {});
    }
    return converted;
}

}  // namespace laminar
