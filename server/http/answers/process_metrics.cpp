#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>

#include "server/http/answers/metric_families.h"

namespace laminar::http {

namespace {

/// When the process was started, in seconds since the epoch; 0: the system does not tell.
double start_time() {
    constexpr int field_of_start = 22;  // proc(5), counted from 1.
    std::ifstream file("/proc/self/stat");
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    // The second field is the program's name in parentheses, which may have anything in it.
    std::istringstream fields(text.substr(std::min(text.rfind(')') + 1, text.size())));
    std::string field;
    for (int number = 3; number <= field_of_start && (fields >> field); ++number) continue;
    std::ifstream system("/proc/stat");
    std::string name;
    double booted = 0;
    while (system >> name) {
        if (name == "btime" && (system >> booted)) break;
    }
    if (!fields || booted == 0) return 0;
    return booted + std::stod(field) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

void add_process_metrics(MetricFamilies& metrics) {
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        metrics.counter("process_cpu_seconds_total", "Processor time that this process has taken", {},
                        seconds(usage.ru_utime) + seconds(usage.ru_stime));
    std::ifstream memory("/proc/self/statm");
    double pages = 0;
    double resident = 0;
    if (memory >> pages >> resident) {
        const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
        metrics.gauge("process_virtual_memory_bytes", "Address space of this process", {}, pages * page);
        metrics.gauge("process_resident_memory_bytes", "Memory of this process", {}, resident * page);
    }
    std::error_code error;
    double files = 0;
    for (std::filesystem::directory_iterator each("/proc/self/fd", error), end; !error && each != end;
         each.increment(error))
        ++files;
    if (!error) metrics.gauge("process_open_fds", "Files and sockets that are open", {}, files);
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        metrics.gauge("process_max_fds", "How many may be open", {}, static_cast<double>(limit.rlim_cur));
    static const double started = start_time();
    if (started > 0)
        metrics.gauge("process_start_time_seconds", "When this process was started, since the epoch", {}, started);
}

}  // namespace laminar::http
