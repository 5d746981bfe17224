#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/serving/serving.h"
#include "cli/shell/line_reader.h"
#include "cli/shell/shell_interruption.h"
#include "cli/shell/shell_printer.h"
#include "cli/terminal/console_messages.h"
#include "runtime/session/session.h"

namespace laminar {

/// Statements and backslash commands, one after the other, with one session. In front of a user an error is shown and
/// the shell goes on; otherwise it ends everything. One thread; interruption is what others reach it through.
class Shell {
public:
    /// All borrowed.
    struct Surroundings {
        ConsoleMessages& messages;
        ShellOutput& output;
        ShellPrinter& printer;
        LineReader& lines;
        ShellInterruption& interruption;
        bool interactive = false;
    };

    Shell(const Database::Settings& settings, const Surroundings& surroundings);

    /// Makes anew what the data directory has, once, before anything else (Session::restore). False after saying why it
    /// cannot be.
    bool restore(const std::vector<std::string>& reset);
    /// Where others may use the catalog meanwhile; they wait until serve. False after saying why it cannot be.
    bool take_addresses(const ServingOptions& options);
    void serve() { servers_->serve(); }
    /// Executes a script. False when something in it failed.
    bool execute_file(const std::string& path);
    /// Reads to the end of the input, to \q, or, without a user, to the first error. False for the latter.
    bool read_statements();
    /// Says what had to be abandoned. False then.
    bool shut_down(std::chrono::milliseconds timeout);

private:
    enum class Outcome { done, failed, leave };

    // shell.cpp
    bool execute(const SourceTextPtr& source);
    bool execute_statement(const SourceTextPtr& source, const ast::Statement& statement);
    void follow_subscription();
    void show_result();
    [[nodiscard]] Completion complete(std::string_view before, std::string_view after);

    // shell_commands.cpp
    Outcome execute_command(std::string_view text);
    [[nodiscard]] static Completion complete_command(std::string_view before, const Catalog& catalog);
    void help();
    bool describe(const std::string& name);
    bool list_objects();
    bool set_format(const std::string& name);
    bool watch(const std::string& interval);

    Surroundings around_;
    Database database_;
    Session session_;
    std::optional<Servers> servers_;  ///< From take_addresses on.
    std::string pending_;             ///< Lines of a statement that has not ended.
    std::string last_;                ///< The last statements executed, for \watch.
    bool timing_ = false;
    bool pager_ = true;
};

}  // namespace laminar
