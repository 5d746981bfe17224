#include "catalog/bind/exact_decimals.h"

#include <algorithm>

namespace laminar {
namespace {

constexpr std::uint8_t width = 38;
constexpr std::uint8_t scale = 10;

}  // namespace

void keep_all_digits(ColumnType& type, const ast::TypeName& written) {
    ColumnType* element = &type;
    for (std::size_t dimension = 0; dimension < written.dimensions.size(); ++dimension)
        element = &element->fields.front().type;
    if (element->id == TypeId::decimal && written.modifiers.empty()) {
        element->width = width;
        element->scale = scale;
    }
    for (std::size_t index = 0; index < std::min(element->fields.size(), written.fields.size()); ++index)
        keep_all_digits(element->fields[index].type, written.fields[index].type);
}

void write_digits(ast::TypeName& written, const ColumnType& type) {
    const ColumnType* element = &type;
    for (std::size_t dimension = 0; dimension < written.dimensions.size(); ++dimension)
        element = &element->fields.front().type;
    if (element->id == TypeId::decimal && written.modifiers.empty())
        written.modifiers = {element->width, element->scale};
    for (std::size_t index = 0; index < std::min(element->fields.size(), written.fields.size()); ++index)
        write_digits(written.fields[index].type, element->fields[index].type);
}

}  // namespace laminar
