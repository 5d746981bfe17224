#include "parser/read/deep_stack.h"

#include <pthread.h>

#include <cstddef>
#include <exception>
#include <system_error>

namespace laminar {
namespace {

constexpr std::size_t stack_bytes = std::size_t{256} << 20;

struct Task {
    const std::function<void()>& work;
    std::exception_ptr error;
};

void* run_task(void* argument) {
    auto& task = *static_cast<Task*>(argument);
    try {
        task.work();
    } catch (...) {
        task.error = std::current_exception();
    }
    return nullptr;
}

void check(int error, const char* what) {
    if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

}  // namespace

void run_on_deep_stack(const std::function<void()>& work) {
    Task task{work, nullptr};
    pthread_attr_t attributes;
    check(pthread_attr_init(&attributes), "pthread_attr_init");
    pthread_t thread{};
    int error = pthread_attr_setstacksize(&attributes, stack_bytes);
    if (error == 0) error = pthread_create(&thread, &attributes, &run_task, &task);
    pthread_attr_destroy(&attributes);
    check(error, "cannot start the parser's thread");
    pthread_join(thread, nullptr);
    if (task.error) std::rethrow_exception(task.error);
}

}  // namespace laminar
