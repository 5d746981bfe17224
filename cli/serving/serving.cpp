#include "cli/serving/serving.h"

#include <algorithm>

namespace laminar {

std::string ServingOptions::problem() const {
    std::string problem;
    if (postgres) problem = problem_of(postgres->access, postgres->address, postgres::address_option);
    if (problem.empty() && http) problem = problem_of(http->access, http->address, http::address_option);
    return problem;
}

Servers::Servers(Database& database, const ServingOptions& options) {
    if (options.postgres) postgres_.emplace(database, *options.postgres);
    if (options.http) http_.emplace(database, *options.http);
}

void Servers::serve() {
    for_each([](auto& server) { server.serve(); });
}

void Servers::reload() {
    for_each([](auto& server) { server.reload(); });
}

std::chrono::milliseconds Servers::shut_down(std::chrono::milliseconds time, bool& cut_off) {
    using Clock = std::chrono::steady_clock;
    for_each([&](auto& server) {
        const Clock::time_point due = Clock::now() + time;
        if (!server.shut_down(time)) cut_off = true;
        time = std::max(std::chrono::ceil<std::chrono::milliseconds>(due - Clock::now()), std::chrono::milliseconds(0));
    });
    postgres_.reset();
    http_.reset();
    return time;
}

}  // namespace laminar
