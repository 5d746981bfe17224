#pragma once

#include "server/http/answers/request_task.h"

namespace laminar::http {

inline constexpr std::string_view tables_path = "/api/v1/tables/";

/// POST /api/v1/tables/NAME: rows into a table, as one object of JSON, an array of them, or one after the other. All
/// are inserted, or none. A field that no column has the name of is an error.
[[nodiscard]] Answer table_answer(const TaskContext& context, const Request& request, const Caller& caller,
                                  Session& session);

}  // namespace laminar::http
