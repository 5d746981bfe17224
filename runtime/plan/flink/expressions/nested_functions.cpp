// Functions of lists, maps and structures.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "runtime/plan/flink/expressions/function_tables.h"
#include "runtime/plan/flink/values/identifiers.h"

namespace laminar::flink {

namespace {

Written nested(const Call& call, TypeId type) {
    Written value = call.writer.write(call.argument(0));
    if (value.type.id != type)
        call.refuse(fmt::format("{} of {} has no equal in Flink", call.name, to_sql(value.type)));
    return value;
}

Written list_contains(const Call& call) {
    const Written list = nested(call, TypeId::list);
    const Written element = call.writer.write_as(call.argument(1), list.type.fields.at(0).type);
    return {fmt::format("ARRAY_CONTAINS({}, {})", list.text, element.text), TypeId::boolean};
}

Written cardinality(const Call& call) {
    return {fmt::format("CARDINALITY({})", nested(call, TypeId::map).text), TypeId::integer};
}

}  // namespace

const std::vector<Function>& nested_functions() {
    static const std::vector<Function> all{
        {"list_contains", 2, 2, list_contains, "list_contains(l, 'a')", "ARRAY_CONTAINS"},
        {"array_contains", 2, 2, list_contains, "array_contains(l, 'a')", "ARRAY_CONTAINS"},
        {"list_has", 2, 2, list_contains, "list_has(l, 'a')", "ARRAY_CONTAINS"},
        {"array_has", 2, 2, list_contains, "array_has(l, 'a')", "ARRAY_CONTAINS"},
        {"cardinality", 1, 1, cardinality, "cardinality(m)", "CARDINALITY"},
    };
    return all;
}

}  // namespace laminar::flink
