#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "cli/shell/completion.h"
#include "cli/shell/shell_output.h"

namespace laminar {

/// Reads a shell's input line by line. One thread reads; interrupt and end may be called from any.
class LineReader {
public:
    enum class Outcome { line, interrupted, end };

    virtual ~LineReader() = default;
    /// The next line, without its line feed.
    virtual Outcome read(std::string_view prompt, std::string& line) = 0;
    /// What the tab key asks: the line before the cursor, and after it.
    using Completer = std::function<Completion(std::string_view before, std::string_view after)>;
    virtual void set_completer(const Completer& completer) { (void)completer; }
    /// Adds a statement to the history, if there is one.
    virtual void remember(std::string_view) {}
    /// On a terminal: forgets what has been typed and not yet read.
    virtual void drop_typed_ahead() {}

    /// Makes the read under way, or the next one, return interrupted (the line so far is dropped) or end.
    void interrupt();
    void end();
    /// The terminal has another size now.
    void resized();

protected:
    LineReader();

    enum class Event { input, interrupted, ended, text_waits, resized };
    /// Blocks until standard input is readable or something else happens.
    [[nodiscard]] Event wait();
    void wake();

private:
    class Signals;
    std::shared_ptr<Signals> signals_;
};

/// With line editing and a history file, for a terminal. Text that output is given meanwhile appears above the line.
[[nodiscard]] std::unique_ptr<LineReader> make_line_editor(ShellOutput& output, const std::string& history_file);
/// For pipes and files: no prompt, no history.
[[nodiscard]] std::unique_ptr<LineReader> make_plain_line_reader();

}  // namespace laminar
