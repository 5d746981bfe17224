#pragma once

#include <string_view>

namespace laminar::http {

/// What there is, as OpenAPI 3.1 describes it: GET /api/v1/openapi.json. A test holds it to the routes.
[[nodiscard]] std::string_view openapi_document() noexcept;

}  // namespace laminar::http
