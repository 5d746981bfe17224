#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace laminar {

/// The threads that all network work of a session runs on: one io_context, run by a fixed number of threads from
/// construction to stop(). An exception that leaves a handler is handed to on_exception (called on the I/O thread, must
/// not throw) and the thread goes on. Connections must be destroyed before it; it must not be destroyed from one of its
/// own threads.
class IoRuntime {
public:
    using ExceptionHandler = std::function<void(std::string_view what)>;

    explicit IoRuntime(unsigned threads = 1, ExceptionHandler on_exception = {});
    ~IoRuntime();
    IoRuntime(const IoRuntime&) = delete;
    IoRuntime& operator=(const IoRuntime&) = delete;

    [[nodiscard]] boost::asio::io_context& context() noexcept;
    /// Abandons what is still going on and joins the threads. Safe to call more than once.
    void stop();
    /// Whether the caller is one of its threads: such a caller must not wait for what they do.
    [[nodiscard]] bool is_io_thread() const noexcept;
    /// Exceptions that left handlers so far: each is a bug.
    [[nodiscard]] std::uint64_t escaped_exceptions() const noexcept;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace laminar
