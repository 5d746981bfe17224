#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <utility>

namespace laminar::postgres {

/// Rows, as messages, that a client has not asked for yet, in their order. Of one thread.
class KeptRows {
public:
    void add(std::string message) {
        bytes_ += size_of(message);
        rows_.push_back(std::move(message));
    }
    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
    /// There must be one.
    [[nodiscard]] const std::string& front() const { return rows_.front(); }
    void pop_front() {
        bytes_ -= size_of(rows_.front());
        rows_.pop_front();
    }
    [[nodiscard]] std::size_t byte_size() const noexcept { return bytes_; }

private:
    static std::size_t size_of(const std::string& message) noexcept { return message.size() + sizeof message; }

    std::deque<std::string> rows_;
    std::size_t bytes_ = 0;
};

}  // namespace laminar::postgres
