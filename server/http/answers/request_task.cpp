#include "server/http/answers/request_task.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "connectors/net/exception_text.h"
#include "runtime/database/database_parts.h"

namespace laminar::http {

void RequestTask::run(Session& session) noexcept {
    try {
        // The session has had other callers.
        session.let_only_ask(caller_.role < Role::write);
        answer(session);
    } catch (...) {
        fail(exception_text(std::current_exception()));
        return;
    }
    reply().finish();
}

void RequestTask::fail(const std::string& reason) noexcept {
    try {
        const std::string shown = context_.database.parts().connections.secrets().redact(reason);
        spdlog::error("http: {} {}: internal error: {}", request_.method, request_.path, shown);
        refuse({.status = 500, .message = "internal error: " + shown, .sql_state = "XX000"});
    } catch (...) {
        reply().break_off();
    }
    reply().finish();
}

void RequestTask::refuse(const Error& error) {
    if (!reply().has_begun()) {
        reply().give(error_answer(error));
        return;
    }
    break_off(error);
    reply().break_off();
}

void RequestTask::break_off(const Error& /*error*/) {}

std::optional<Error> RequestTask::cancellation() const {
    switch (cancelled()) {
        case CancelReason::none:
            return std::nullopt;
        case CancelReason::timeout:
            return Error{.status = 504,
                         .message = fmt::format("the statement was cancelled: it has taken {} ms (--statement-timeout)",
                                                context_.settings.statement_timeout.count()),
                         .sql_state = "57014"};
        case CancelReason::shut_down:
            return Error{.status = 503,
                         .message = "the statement was cancelled because Laminar is shut down",
                         .sql_state = "57P01"};
        case CancelReason::client_gone:
            break;
    }
    return Error{.status = 499, .message = "the client is gone", .sql_state = "57014"};
}

bool RequestTask::may(Role needed) {
    if (caller_.role >= needed) return true;
    refuse({.status = 403, .message = role_refusal(caller_.role, needed), .sql_state = "42501"});
    return false;
}

}  // namespace laminar::http
