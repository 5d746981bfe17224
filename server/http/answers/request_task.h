#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "runtime/database/database.h"
#include "server/http/answers/streamed_answer.h"
#include "server/http/messages/request.h"
#include "server/http/rules/admission.h"
#include "server/http/rules/server_settings.h"
#include "server/session/session_task.h"

namespace laminar::http {

/// What keeps a session's thread, by how many there may be at a time.
enum class Work : std::uint8_t { query, subscription, other };

/// What a task needs beside its session. It outlives all tasks.
struct TaskContext {
    Database& database;
    const ServerSettings& settings;
};

/// A request that a session answers.
class RequestTask : public SessionTask {
public:
    RequestTask(const TaskContext& context, Request request, Caller caller, std::shared_ptr<StreamedAnswer> answer)
        : context_(context), request_(std::move(request)), caller_(std::move(caller)), answer_(std::move(answer)) {}

    void fail(const std::string& reason) noexcept override;

    void begin_result(const std::vector<OutputColumn>& /*columns*/) override {}
    void rows(const ResultTable& /*rows*/) override {}
    void end_result() override {}
    void stream_rows(std::string_view /*stream*/, const ResultTable& /*rows*/) override {}
    void done(std::string_view /*tag*/) override {}

protected:
    /// Answers; an exception is an internal error.
    virtual void answer(Session& session) = 0;
    /// The answer has begun and cannot go on.
    virtual void break_off(const Error& error);

    void refuse(const Error& error);
    /// Why the task was cancelled, if it was.
    [[nodiscard]] std::optional<Error> cancellation() const;
    /// False after refusing it.
    bool may(Role needed);

    [[nodiscard]] const TaskContext& context() const noexcept { return context_; }
    [[nodiscard]] const Request& request() const noexcept { return request_; }
    [[nodiscard]] const Caller& caller() const noexcept { return caller_; }
    [[nodiscard]] StreamedAnswer& reply() noexcept { return *answer_; }

private:
    void run(Session& session) noexcept override;

    const TaskContext context_;
    const Request request_;
    const Caller caller_;
    const std::shared_ptr<StreamedAnswer> answer_;
};

/// One whose answer is made at once, as a whole.
class WholeAnswerTask final : public RequestTask {
public:
    using Make = Answer (*)(const TaskContext& context, const Request& request, const Caller& caller, Session& session);

    WholeAnswerTask(const TaskContext& context, Request request, Caller caller, std::shared_ptr<StreamedAnswer> answer,
                    Make make)
        : RequestTask(context, std::move(request), std::move(caller), std::move(answer)), make_(make) {}

private:
    void answer(Session& session) override { reply().give(make_(context(), request(), caller(), session)); }

    const Make make_;
};

}  // namespace laminar::http
