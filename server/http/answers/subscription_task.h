#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "catalog/threads/mutex.h"
#include "server/http/answers/client_statement.h"
#include "server/http/answers/request_task.h"

namespace laminar::http {

/// How events are written: as server-sent events, or each as an object on a line, which a WebSocket sends as a message.
enum class EventFormat : std::uint8_t { server_sent, lines };

/// One event; data is JSON on one line.
[[nodiscard]] std::string event_text(EventFormat format, std::string_view name, std::string_view data);

/// /api/v1/subscribe: the rows of a query as they come, until the task is cancelled. Whoever reads too slowly loses
/// rows and is told how many.
class SubscriptionTask final : public RequestTask {
public:
    /// sql: what the client wants, unless there is none (error).
    SubscriptionTask(const TaskContext& context, Request request, Caller caller, std::shared_ptr<StreamedAnswer> answer,
                     EventFormat format, std::variant<SentSql, Error> sql)
        : RequestTask(context, std::move(request), std::move(caller), std::move(answer)),
          format_(format),
          sql_(std::move(sql)) {}

    void stream_rows(std::string_view stream, const ResultTable& rows) override;
    void stream_failed(std::string_view stream, std::string_view reason) override;

private:
    void answer(Session& session) override;
    void break_off(const Error& error) override;
    /// Before the first event; does nothing later.
    void begin() LAMINAR_REQUIRES(mutex_);
    bool send(std::string_view event, std::string_view data) { return reply().write(event_text(format_, event, data)); }

    const EventFormat format_;
    std::variant<SentSql, Error> sql_;
    Mutex mutex_;  ///< Held while events are sent.
    bool is_streaming_ LAMINAR_GUARDED_BY(mutex_) = false;
    std::string columns_ LAMINAR_GUARDED_BY(mutex_);           ///< As they were told last.
    std::optional<Error> failure_ LAMINAR_GUARDED_BY(mutex_);  ///< No more rows come.
    std::uint64_t told_left_out_ LAMINAR_GUARDED_BY(mutex_) = 0;
    std::function<std::uint64_t()> left_out_ LAMINAR_GUARDED_BY(mutex_);
};

}  // namespace laminar::http
