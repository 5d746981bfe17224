#include "connectors/net/io_runtime.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <thread>
#include <vector>

namespace laminar {

class IoRuntime::Implementation {
public:
    Implementation(unsigned threads, ExceptionHandler on_exception)
        : on_exception_(std::move(on_exception)),
          context_(static_cast<int>(std::max(threads, 1U))),
          work_(context_.get_executor()) {
        threads_.reserve(std::max(threads, 1U));
        for (unsigned i = 0; i < std::max(threads, 1U); ++i) threads_.emplace_back([this] { run(); });
    }

    void stop() {
        work_.reset();
        context_.stop();
        for (std::thread& thread : threads_) {
            if (thread.joinable()) thread.join();
        }
    }

    boost::asio::io_context& context() noexcept { return context_; }
    std::uint64_t escaped_exceptions() const noexcept { return escaped_.load(std::memory_order_relaxed); }
    bool is_io_thread() const noexcept {
        return std::any_of(threads_.begin(), threads_.end(),
                           [](const std::thread& thread) { return thread.get_id() == std::this_thread::get_id(); });
    }

private:
    void run() {
        for (;;) {
            try {
                context_.run();
                return;
            } catch (const std::exception& exception) {
                report(exception.what());
            } catch (...) {
                report("unknown exception");
            }
        }
    }

    void report(std::string_view what) {
        escaped_.fetch_add(1, std::memory_order_relaxed);
        if (on_exception_) on_exception_(what);
    }

    ExceptionHandler on_exception_;
    std::atomic<std::uint64_t> escaped_{0};
    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::vector<std::thread> threads_;
};

IoRuntime::IoRuntime(unsigned threads, ExceptionHandler on_exception)
    : implementation_(std::make_unique<Implementation>(threads, std::move(on_exception))) {}

IoRuntime::~IoRuntime() { stop(); }

boost::asio::io_context& IoRuntime::context() noexcept { return implementation_->context(); }

void IoRuntime::stop() { implementation_->stop(); }

bool IoRuntime::is_io_thread() const noexcept { return implementation_->is_io_thread(); }

std::uint64_t IoRuntime::escaped_exceptions() const noexcept { return implementation_->escaped_exceptions(); }

}  // namespace laminar
