#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/session/session.h"

namespace laminar::bench {

/// A session of the whole product inside the measuring program. A statement that fails, or a pipeline or connection
/// that does, ends the program with a message.
class ScriptedSession {
public:
    explicit ScriptedSession(const ConnectionMaker& make = make_connection);
    ~ScriptedSession();
    ScriptedSession(const ScriptedSession&) = delete;
    ScriptedSession& operator=(const ScriptedSession&) = delete;

    /// Executes statements and opens the connections they have declared.
    void execute(const std::string& script);
    /// The first value of a query, as a number.
    [[nodiscard]] double number(const std::string& query);
    [[nodiscard]] DatabaseStatus status() const { return database_.status(); }
    /// Looks every millisecond until it holds; ends the program when it does not within limit_seconds.
    void wait_until(const std::function<bool(const DatabaseStatus&)>& holds, double limit_seconds = 600);
    /// Waits until that many rows have been taken in and worked off, by all readers together, and says when that was,
    /// in seconds of the steady clock.
    double wait_for_rows(std::uint64_t rows);
    /// The bound port of a server connection.
    [[nodiscard]] std::uint16_t port_of(const std::string& connection);

private:
    class Output final : public SessionOutput {
    public:
        void begin_result(const std::vector<OutputColumn>&) override {}
        void rows(const ResultTable& rows) override;
        void end_result() override {}
        void stream_rows(std::string_view, const ResultTable&) override {}
        void done(std::string_view) override {}
        double number = 0;
    };

    Output output_;
    Database database_;
    Session session_;
};

/// Bytes of memory this process holds (resident), after what the allocator can give back has been given back.
[[nodiscard]] double resident_bytes();

}  // namespace laminar::bench
