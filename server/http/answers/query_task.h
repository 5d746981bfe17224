#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/http/answers/request_task.h"
#include "server/http/answers/row_format.h"

namespace laminar::http {

/// POST /api/v1/query: executes a statement, and streams its rows.
class QueryTask final : public RequestTask {
public:
    using RequestTask::RequestTask;

    void begin_result(const std::vector<OutputColumn>& columns) override;
    /// Throws std::runtime_error, which ends the query, when there are too many or the client is gone.
    void rows(const ResultTable& rows) override;
    void end_result() override {}
    void done(std::string_view tag) override { tag_ = tag; }

private:
    void answer(Session& session) override;
    void break_off(const Error& error) override;
    /// Hands over what has been written. False: the client is gone.
    bool flush();
    [[noreturn]] void refuse_more_rows();

    std::optional<RowWriter> writer_;
    std::string_view media_type_;
    bool has_result_ = false;
    std::string text_;
    std::string tag_;
    std::optional<Error> refusal_;
};

}  // namespace laminar::http
