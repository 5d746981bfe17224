#pragma once

#include <termios.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace laminar {

/// The terminal of standard input and output as a screen of its own: what was there before comes back in the end. Keys
/// come one by one and are not shown; Ctrl-C is a key. Not thread-safe.
class FullScreen {
public:
    FullScreen();
    ~FullScreen();
    FullScreen(const FullScreen&) = delete;
    FullScreen& operator=(const FullScreen&) = delete;

    /// Shows lines from the top, as many as there is room for; the last then says how many more there are.
    void show(const std::vector<std::string>& lines);
    /// The next key, if one comes in time; '\4' also at the end of input.
    [[nodiscard]] std::optional<char> key(std::chrono::milliseconds patience);

private:
    bool is_changed_ = false;
    termios before_{};
};

}  // namespace laminar
