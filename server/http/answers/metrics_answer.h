#pragma once

#include "server/http/answers/request_task.h"

namespace laminar::http {

/// GET /metrics: what is counted anyway, in the text format of Prometheus. Labels are names of what is declared, and
/// states.
[[nodiscard]] Answer metrics_answer(const TaskContext& context, const Request& request, const Caller& caller,
                                    Session& session);

}  // namespace laminar::http
