#include "runtime/flow/progress.h"

#include "parser/text/ascii.h"

namespace laminar {

void Progress::add_rows(std::string_view object, std::uint64_t count) { add(rows_, object, count); }

void Progress::add_rows_read(std::string_view object, std::uint64_t count) { add(rows_read_, object, count); }

void Progress::add(Counts& counts, std::string_view object, std::uint64_t count) {
    {
        const std::lock_guard lock(mutex_);
        counts[fold_case(object)] += count;
        ++version_;
    }
    changed_.notify_all();
}

void Progress::forget(std::string_view object) {
    const std::lock_guard lock(mutex_);
    rows_.erase(fold_case(object));
    rows_read_.erase(fold_case(object));
}

std::uint64_t Progress::rows(std::string_view object) const { return find(rows_, object); }

std::uint64_t Progress::rows_read(std::string_view object) const { return find(rows_read_, object); }

std::uint64_t Progress::find(const Counts& counts, std::string_view object) const {
    const std::lock_guard lock(mutex_);
    const auto found = counts.find(fold_case(object));
    return found == counts.end() ? 0 : found->second;
}

void Progress::notify() {
    {
        const std::lock_guard lock(mutex_);
        ++version_;
    }
    changed_.notify_all();
}

bool Progress::wait(const std::function<bool()>& satisfied,
                    std::optional<std::chrono::steady_clock::time_point> deadline) {
    static const std::atomic<bool> never{false};
    return wait(satisfied, deadline, never);
}

bool Progress::wait(const std::function<bool()>& satisfied,
                    std::optional<std::chrono::steady_clock::time_point> deadline, const std::atomic<bool>& cancelled) {
    while (true) {
        std::uint64_t seen = 0;
        {
            const std::lock_guard lock(mutex_);
            seen = version_;
        }
        if (satisfied()) return true;
        std::unique_lock lock(mutex_);
        const auto woken = [&] { return version_ != seen || cancelled; };
        if (deadline) {
            if (!changed_.wait_until(lock, *deadline, woken)) return false;
        } else {
            changed_.wait(lock, woken);
        }
        if (cancelled) return false;
    }
}

}  // namespace laminar
