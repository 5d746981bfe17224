#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "parser/text/json_writer.h"
#include "runtime/database/database_parts.h"
#include "server/http/answers/catalog_answer.h"

namespace laminar::http {

namespace {

/// Whether what reads or writes through it can go on, or has nothing left to do.
bool is_up(ConnectionState state) {
    switch (state) {
        case ConnectionState::connected:
        case ConnectionState::listening:
        case ConnectionState::paused:
            return true;
        default:
            return false;
    }
}

std::string with_reason(std::string_view what, std::string_view reason) {
    return reason.empty() ? std::string(what) : fmt::format("{} ({})", what, reason);
}

}  // namespace

Answer readiness_answer(const TaskContext& context, const Request& /*request*/, const Caller& caller,
                        Session& /*session*/) {
    DatabaseParts& parts = context.database.parts();
    const std::shared_ptr<const Catalog> catalog = context.database.catalog();
    // Whoever has not said who it is learns what is down, not what peers and the system say about it.
    const auto words = [&](const std::string& text) {
        return caller.is_known ? parts.connections.secrets().redact(text) : std::string();
    };
    std::vector<std::string> reasons;
    for (const ConnectionStatus& status : context.database.status().connections) {
        if (is_up(status.state) || status.finished) continue;
        reasons.push_back(fmt::format("connection {}: {}", status.name,
                                      with_reason(connection_state_name(status.state), words(status.last_error))));
    }
    const std::vector<PipelineStatus> pipelines =
        parts.engine.call([&](Engine&) { return parts.graph.pipeline_statuses(); });
    for (const PipelineStatus& status : pipelines) {
        // Subscriptions tell whoever made them.
        if (status.state != PipelineState::failed || !catalog->find_as<PipelineObject>(status.name)) continue;
        reasons.push_back(fmt::format("pipeline {}: {}", status.name,
                                      with_reason(pipeline_state_name(status.state), words(status.last_error))));
    }
    JsonWriter json;
    json.begin_object().key("ready").boolean(reasons.empty()).key("reasons").begin_array();
    for (const std::string& reason : reasons) json.text(reason);
    json.end_array().end_object();
    return json_answer(json.take(), reasons.empty() ? 200 : 503);
}

}  // namespace laminar::http
