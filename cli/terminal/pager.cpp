#include "cli/terminal/pager.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX has no header for it.

namespace laminar {
namespace {

const char* environment(const char* name) {
    return std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here changes the environment.
}

bool is_on_path(const std::string& program) {
    const char* value = environment("PATH");
    std::string_view path = value ? value : "";
    while (!path.empty()) {
        const std::size_t end = std::min(path.find(':'), path.size());
        if (access((std::string(path.substr(0, end)) + "/" + program).c_str(), X_OK) == 0) return true;
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return false;
}

/// The environment, with what makes less leave short text on the screen and keep it when it ends.
std::vector<char*> pager_environment() {
    static char less[] = "LESS=-FRSX";
    std::vector<char*> entries;
    for (char** entry = environ; *entry; ++entry) entries.push_back(*entry);
    if (!environment("LESS")) entries.push_back(less);
    entries.push_back(nullptr);
    return entries;
}

/// 0, or an errno. input becomes the program's standard input.
int start(const std::string& command, int input, int unused, pid_t& process) {
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&actions);
    sigset_t none;
    sigset_t pipe_signal;
    sigemptyset(&none);
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &pipe_signal);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_addclose(&actions, unused);
    std::string shell = "sh";
    std::string option = "-c";
    std::string text = command;
    std::array<char*, 4> arguments{shell.data(), option.data(), text.data(), nullptr};
    const int error =
        posix_spawn(&process, "/bin/sh", &actions, &attributes, arguments.data(), pager_environment().data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}

}  // namespace

std::string pager_command() {
    for (const char* name : {"LAMINAR_PAGER", "PAGER"}) {
        if (const char* value = environment(name))
            return std::string(value) == "cat" ? std::string() : std::string(value);
    }
    return is_on_path("less") ? "less" : "";
}

bool show_in_pager(const std::string& command, std::string_view text) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    pid_t process = 0;
    const int error = start(command, ends[0], ends[1], process);
    close(ends[0]);
    if (error != 0) {
        close(ends[1]);
        return false;
    }
    while (!text.empty()) {
        const ssize_t count = write(ends[1], text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) break;  // The user has seen enough.
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    close(ends[1]);
    int status = 0;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    // 126 and 127 are the shell's own: the program is not there.
    return !(WIFEXITED(status) && (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127));
}

}  // namespace laminar
