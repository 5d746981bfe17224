#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>

#include "catalog/threads/mutex.h"
#include "cli/terminal/text_output.h"

namespace laminar {

/// Standard output of a shell. While a line is being edited, text that arrives (rows of streams) waits for the editor,
/// which prints it above the line; at other times it is written at once. Thread-safe.
class ShellOutput : public TextOutput {
public:
    explicit ShellOutput(FileOutput& file) : file_(file) {}

    void write(std::string_view text) override;
    /// As write, for what may be lost rather than wait: dropped when much waits already.
    void write_if_room(std::string_view text);
    [[nodiscard]] bool is_closed() const noexcept override { return file_.is_closed(); }
    [[nodiscard]] std::string failure() const override { return file_.failure(); }

    /// From now on text waits; wake is called when there is some. Writers block while much of it waits.
    void begin_editing(std::function<void()> wake);
    /// What waits; never blocks.
    [[nodiscard]] std::string take_waiting();
    /// Writes what waits, and from now on at once.
    void end_editing();

private:
    FileOutput& file_;
    Mutex mutex_;
    ConditionVariable room_;
    std::function<void()> wake_ LAMINAR_GUARDED_BY(mutex_);  ///< Empty when no line is being edited.
    std::string waiting_ LAMINAR_GUARDED_BY(mutex_);
};

}  // namespace laminar
