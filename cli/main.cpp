#include <csignal>

#include "cli/arguments/command_line.h"

/// Read by jemalloc, where it is linked, before main: a thread of its own gives memory back that is no longer used,
/// also while nothing allocates.
extern "C" const char* malloc_conf;
const char* malloc_conf = "background_thread:true";

int main(int argument_count, char** arguments) {
    // A file that must not grow beyond a limit (ulimit -f) is an error of writing it, as a full disk is.
    std::signal(SIGXFSZ, SIG_IGN);  // NOLINT(cert-err33-c)
    return laminar::execute_command_line(argument_count, arguments);
}
