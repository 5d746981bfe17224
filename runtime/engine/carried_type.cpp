#include "runtime/engine/carried_type.h"

namespace laminar {

ColumnType carried_type(const ColumnType& type) {
    switch (type.id) {
        case TypeId::unknown:
        case TypeId::enumeration:
        case TypeId::union_:
        case TypeId::bit:
        case TypeId::time_tz:
            return TypeId::varchar;
        default:
            break;
    }
    ColumnType result = type;
    for (ColumnType::Field& field : result.fields) field.type = carried_type(field.type);
    return result;
}

}  // namespace laminar
