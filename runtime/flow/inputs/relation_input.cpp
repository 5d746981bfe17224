#include "runtime/flow/inputs/relation_input.h"

#include "runtime/flow/rows/stream_schema.h"

namespace laminar {

StreamScan RelationInput::scan() {
    StreamScan scan;
    scan.from_sql = input_.kind == InputKind::stored_table ? engine_table_name(input_.object)
                                                           : "laminar_system('" + input_.object + "')";
    scan.rows = [](bool) { return std::size_t{0}; };
    return scan;
}

}  // namespace laminar
