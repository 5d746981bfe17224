#include "cli/terminal/status_line.h"

#include <cstdio>

#include "catalog/threads/mutex.h"
#include "cli/terminal/cell_text.h"
#include "cli/terminal/standard_error.h"
#include "cli/terminal/terminal.h"

namespace laminar {

void StatusLine::show(std::string_view text) {
    if (!enabled_) return;
    const std::size_t width = terminal_width(stderr);
    const MutexLock lock(mutex_);
    std::string line = "\r";
    line += width > 1 ? cut_to_width(std::string(text), width - 1, true) : std::string(text);
    line += "\x1b[K";
    write_to_standard_error(line);
    shown_ = true;
}

void StatusLine::erase() {
    if (!enabled_) return;
    const MutexLock lock(mutex_);
    if (!shown_) return;
    write_to_standard_error("\r\x1b[K");
    shown_ = false;
}

}  // namespace laminar
