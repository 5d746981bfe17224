#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "connectors/connection.h"
#include "connectors/connection_context.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/net/io_runtime.h"
#include "connectors/registry/builtin_connectors.h"
#include "connectors/registry/connections.h"

namespace laminar::test {

constexpr std::chrono::seconds patience{20};  ///< Never waited for, unless something is broken.

/// Lets a test wait until something it can look at has become true.
class Observer final : public ConnectionObserver {
public:
    void log(ConnectionLogEntry entry) override {
        const std::lock_guard lock(mutex_);
        entries_.push_back(std::move(entry));
    }
    void gap(const ConnectionGap& /*gap*/) override {}
    void changed() override {
        const std::lock_guard lock(mutex_);
        changed_.notify_all();
    }
    template <class Condition>
    bool wait(Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (!condition()) {
            std::unique_lock lock(mutex_);
            // A change may have come since the look, and some conditions change without a call: look again soon.
            changed_.wait_for(lock, std::chrono::milliseconds(5));
            if (std::chrono::steady_clock::now() > deadline) return false;
        }
        return true;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<ConnectionLogEntry> entries_;
};

struct World {
    IoRuntime io;
    SecretResolver secrets;
    Observer observer;
    ConnectionContext context{io, secrets, observer};
};

template <class Options>
ConnectionObject define(const std::string& name, const std::string& connector, Options options) {
    ConnectionObject definition;
    definition.name = name;
    definition.connector = builtin_connectors().find(connector);
    REQUIRE(definition.connector != nullptr);
    definition.options = std::make_shared<const Options>(std::move(options));
    return definition;
}

/// A consumer of one connection; rows are seen as JSON arrays.
struct Consumer {
    Consumer(World& environment, const ConnectionObject& definition, std::vector<BatchColumn> columns,
             std::size_t limit = 1000);
    /// Takes until the source has ended or there are enough rows.
    void take(std::size_t enough = SIZE_MAX);

    World& world;
    std::shared_ptr<const BatchSchema> schema;
    std::shared_ptr<InputChannel> channel;
    std::vector<std::string> rows;
    std::size_t most_in_batch = 0;
};

/// Is removed with what is in it.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }
    /// The path of the file.
    [[nodiscard]] std::string write(const std::string& name, const std::string& content) const;
    [[nodiscard]] std::string read(const std::string& name) const;

private:
    std::filesystem::path path_;
};

[[nodiscard]] OutgoingMessage message(const std::string& payload);
void close_and_wait_patiently(Connection& connection);
[[nodiscard]] std::vector<ConnectionTestStep> test_now(Connection& connection);

}  // namespace laminar::test
