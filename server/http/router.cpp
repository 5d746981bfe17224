#include "server/http/router.h"

#include <fmt/format.h>

#include <array>
#include <string>

#include "server/http/answers/catalog_answer.h"
#include "server/http/answers/metrics_answer.h"
#include "server/http/answers/page_answer.h"
#include "server/http/answers/table_answer.h"
#include "server/http/openapi_document.h"
#include "server/page/page_assets.h"

namespace laminar::http {

namespace {

Answer alive(const Request& /*request*/) { return json_answer("{\"status\":\"alive\"}"); }
Answer description(const Request& /*request*/) { return json_answer(std::string(openapi_document())); }

constexpr std::array table{
    Route{"GET", "/healthz", Role::read, true, alive},
    Route{"GET", "/readyz", Role::read, true, readiness_answer},
    Route{"GET", "/metrics", Role::read, false, metrics_answer},
    Route{"GET", "/api/v1/openapi.json", Role::read, true, description},
    Route{"GET", "/api/v1/catalog", Role::read, false, catalog_answer},
    Route{"POST", "/api/v1/query", Role::read, false, RowStream::query, Work::query},
    Route{"POST", "/api/v1/check", Role::read, false, check_answer},
    Route{"GET", "/api/v1/subscribe", Role::read, false, RowStream::subscription, Work::subscription},
    Route{"POST", "/api/v1/tables/*", Role::write, false, table_answer, Work::query, true},
};

/// Files of the page: anybody may have them, for they hold nothing.
constexpr Route page{"GET", "/", Role::read, true, page_answer};

/// A path that ends with * is that of all that are longer.
bool is_of(const Route& route, std::string_view path) {
    if (!route.path.ends_with('*')) return route.path == path;
    const std::string_view begin = route.path.substr(0, route.path.size() - 1);
    return path.size() > begin.size() && path.starts_with(begin);
}

}  // namespace

std::span<const Route> routes() noexcept { return table; }

std::variant<const Route*, Error> find_route(const Request& request) {
    // What can be got can be asked about; rows have no end that could be told before.
    const std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
    std::string methods;
    for (const Route& route : table) {
        if (!is_of(route, request.path)) continue;
        const bool is_stream = std::holds_alternative<RowStream>(route.answer);
        if (route.method == method && !(is_stream && method != request.method)) return &route;
        methods += (methods.empty() ? "" : ", ") + std::string(route.method);
    }
    if (method == page.method && find_page_asset(request.path)) return &page;
    if (!methods.empty())
        return Error{.status = 405, .message = fmt::format("{} takes {}", request.path, methods), .allow = methods};
    return Error{.status = 404,
                 .message = fmt::format("there is nothing at {}", request.path),
                 .hint = "docs/serve.md has what there is"};
}

}  // namespace laminar::http
