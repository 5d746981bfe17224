#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "server/http/answers/request_task.h"
#include "server/login/role.h"

namespace laminar::http {

/// Answers at once: it neither blocks nor needs a session.
using AnswerAtOnce = Answer (*)(const Request& request);

/// Tasks whose rows are streamed.
enum class RowStream : std::uint8_t { query, subscription };

struct Route {
    std::string_view method;
    std::string_view path;
    /// The least that the caller may do. A statement may ask for more.
    Role role = Role::read;
    bool is_open = false;  ///< To everybody: no token is asked for.
    std::variant<AnswerAtOnce, WholeAnswerTask::Make, RowStream> answer;
    Work work = Work::other;  ///< Of a task.
    bool has_door = false;    ///< The table that the path names may ask for something of its own (WebhookDoor).
};

/// All there are.
[[nodiscard]] std::span<const Route> routes() noexcept;

/// Nothing there, or not by that method.
[[nodiscard]] std::variant<const Route*, Error> find_route(const Request& request);

}  // namespace laminar::http
