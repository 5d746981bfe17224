#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/database/database.h"
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
    /// Called before rows are kept: of a result, and of a stream.
    std::function<void()> on_rows;
    std::function<void()> on_stream_rows;

private:
    std::mutex mutex_;
    std::vector<std::string> rows_;
};

/// A session and what it shows.
class RecordedSession {
public:
    RecordedSession(Database& database, const Session::Settings& settings) : session(database, output, settings) {}

    /// The findings of the statements, "L402: message"; ends with the first that fails.
    std::vector<std::string> run(std::string_view script);
    /// What a query answers, as JSON.
    std::vector<std::string> query(std::string_view text);

    RecordedOutput output;
    Session session;
};

/// A database over files and generators in which connections of some names cannot be made, with a session.
class SessionFixture {
public:
    SessionFixture();

    std::vector<std::string> run(std::string_view script) { return own_->run(script); }
    std::vector<std::string> query(std::string_view text) { return own_->query(text); }
    /// A further session; it must go before the fixture.
    using Other = RecordedSession;
    std::unique_ptr<Other> other_session(const Session::Settings& settings = {});
    /// Ends the fixture's session and begins one with settings.
    void renew_session(const Session::Settings& settings);
    /// Waits, with a generous limit, until condition holds; false when it did not.
    static bool wait_until(const std::function<bool()>& condition);

    [[nodiscard]] RecordedOutput& output() { return own_->output; }
    [[nodiscard]] Session& session() { return own_->session; }

    std::set<std::string> impossible;  ///< Connections that cannot be made.
    /// In the place of the connection that would be made otherwise.
    std::function<std::unique_ptr<Connection>(std::unique_ptr<Connection>)> wrap;
    std::unique_ptr<Database> database;

private:
    std::unique_ptr<RecordedSession> own_;
};

}  // namespace laminar::test
