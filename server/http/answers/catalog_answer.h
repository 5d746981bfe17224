#pragma once

#include "server/http/answers/request_task.h"

namespace laminar::http {

/// GET /api/v1/catalog: what is declared, system tables, and names of functions.
[[nodiscard]] Answer catalog_answer(const TaskContext& context, const Request& request, const Caller& caller,
                                    Session& session);

/// POST /api/v1/check: findings about a text as `laminar check --format json` prints them, against the catalog as it
/// is.
[[nodiscard]] Answer check_answer(const TaskContext& context, const Request& request, const Caller& caller,
                                  Session& session);

/// GET /readyz: whether connections are up and pipelines run; the reasons if not.
[[nodiscard]] Answer readiness_answer(const TaskContext& context, const Request& request, const Caller& caller,
                                      Session& session);

}  // namespace laminar::http
