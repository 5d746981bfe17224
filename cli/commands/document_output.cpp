#include "cli/commands/document_output.h"

#include <unistd.h>

#include <csignal>
#include <memory>

#include "cli/terminal/console_messages.h"
#include "cli/terminal/text_output.h"

namespace laminar {

int print_document(std::string_view text) {
    std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c)
    FileOutput output(STDOUT_FILENO);
    output.write(text);
    StatusLine no_status_line(false);
    ConsoleMessages messages(no_status_line, std::make_shared<RememberedSecrets>());
    return messages.say_if_unwritten(output) ? 1 : 0;
}

}  // namespace laminar
