#include "runtime/flow/direct/direct_cell.h"

#include <cmath>
#include <limits>

#include "connectors/codec/values/scalar_text.h"

namespace laminar {

namespace {

template <class T>
void append_bytes(std::string& key, const T& value) {
    key.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

double real_at(const ColumnVector& column, std::size_t row) {
    return column.physical() == PhysicalType::float32 ? double{column.values<float>()[row]}
                                                      : column.values<double>()[row];
}

void append_whole(ColumnVector& to, WideInteger value) {
    switch (to.physical()) {
        case PhysicalType::bool8:
        case PhysicalType::int8:
        case PhysicalType::uint8:
            return to.append(static_cast<std::uint8_t>(value));
        case PhysicalType::int16:
        case PhysicalType::uint16:
            return to.append(static_cast<std::uint16_t>(value));
        case PhysicalType::int32:
        case PhysicalType::uint32:
            return to.append(static_cast<std::uint32_t>(value));
        case PhysicalType::int128:
            return to.append(to_int128(value));
        default:
            return to.append(static_cast<std::uint64_t>(value));
    }
}

}  // namespace

CellKind cell_kind(const ColumnType& type) noexcept {
    switch (type.id) {
        case TypeId::boolean:
        case TypeId::hugeint:
        case TypeId::decimal:
        case TypeId::date:
        case TypeId::time:
        case TypeId::timestamp:
        case TypeId::timestamp_s:
        case TypeId::timestamp_ms:
        case TypeId::timestamp_ns:
        case TypeId::timestamp_tz:
            return CellKind::whole;
        case TypeId::float32:
        case TypeId::float64:
            return CellKind::real;
        case TypeId::varchar:
            return CellKind::text;
        default:
            return is_integer(type.id) ? CellKind::whole : CellKind::none;
    }
}

DirectCell cell_at(const ColumnVector& column, CellKind kind, std::size_t row) {
    DirectCell cell;
    if (!column.is_valid(row)) return cell;
    cell.is_null = false;
    if (kind == CellKind::whole)
        cell.whole = integer_at(column, row);
    else if (kind == CellKind::real)
        cell.real = real_at(column, row);
    return cell;
}

void append_cell(ColumnVector& to, CellKind kind, const DirectCell& cell, std::string_view text) {
    if (cell.is_null) return to.append_null();
    if (kind == CellKind::whole) return append_whole(to, cell.whole);
    if (kind == CellKind::text) return to.append_string(text);
    if (to.physical() == PhysicalType::float32)
        to.append(static_cast<float>(cell.real));
    else
        to.append(cell.real);
}

int order_of_reals(double left, double right) noexcept {
    if (std::isnan(left) || std::isnan(right))
        return static_cast<int>(std::isnan(left)) - static_cast<int>(std::isnan(right));
    return left < right ? -1 : static_cast<int>(right < left);
}

void append_to_key(std::string& key, const ColumnVector& column, CellKind kind, std::size_t row, KeyEquality equality) {
    if (!column.is_valid(row)) {
        key.push_back('\0');
        return;
    }
    key.push_back('\1');
    if (kind == CellKind::text) {
        const std::string_view text = column.string_at(row);
        append_bytes(key, static_cast<std::uint32_t>(text.size()));
        key.append(text);
    } else if (kind == CellKind::real) {
        const double value = real_at(column, row);
        const bool is_any_zero = value == 0 && equality == KeyEquality::group;
        append_bytes(key, std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : is_any_zero ? 0.0 : value);
    } else if (physical_width(column.physical()) <= 8) {
        append_bytes(key, static_cast<std::uint64_t>(integer_at(column, row)));
    } else {
        append_bytes(key, integer_at(column, row));
    }
}

}  // namespace laminar
