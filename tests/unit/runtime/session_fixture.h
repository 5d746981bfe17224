#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/session/session.h"

namespace laminar::test {

/// Keeps what a session shows, as text.
class RecordedOutput final : public SessionOutput {
public:
    void begin_result(const std::vector<OutputColumn>&) override {}
    void rows(const ResultTable& rows) override;
    void end_result() override {}
    void stream_rows(std::string_view stream, const ResultTable& rows) override;
    void done(std::string_view) override {}

    /// The rows since the last time, as JSON; those of streams begin with their names.
    std::vector<std::string> take();
    /// Called before rows of a stream are kept.
    std::function<void()> on_stream_rows;

private:
    std::mutex mutex_;
    std::vector<std::string> rows_;
};

/// A session over files and generators in which connections of some names cannot be made.
class SessionFixture {
public:
    SessionFixture();

    /// The findings of the statements, "L402: message"; ends with the first that fails.
    std::vector<std::string> run(std::string_view script);
    /// What a query answers, as JSON.
    std::vector<std::string> query(std::string_view text);
    /// Waits, with a generous limit, until condition holds; false when it did not.
    static bool wait_until(const std::function<bool()>& condition);

    RecordedOutput output;
    std::set<std::string> impossible;  ///< Connections that cannot be made.
    /// In the place of the connection that would be made otherwise.
    std::function<std::unique_ptr<Connection>(std::unique_ptr<Connection>)> wrap;
    std::unique_ptr<Session> session;
};

}  // namespace laminar::test
