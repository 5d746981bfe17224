#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/objects/catalog_object.h"

namespace laminar::flink {

/// Asks the engine what types expressions have; nothing is executed but intervals. One thread.
class EngineTypes {
public:
    EngineTypes();
    ~EngineTypes();
    EngineTypes(const EngineTypes&) = delete;
    EngineTypes& operator=(const EngineTypes&) = delete;

    /// The columns of a query. Throws EngineException where it does not bind.
    [[nodiscard]] std::vector<OutputColumn> describe(const std::string& sql);
    /// How long an interval without columns is; nullopt for one of months, whose length the day decides.
    [[nodiscard]] std::optional<std::chrono::microseconds> length_of(const ast::Expression& interval);

private:
    struct Connection;
    std::unique_ptr<Connection> connection_;
    std::map<std::string, std::vector<OutputColumn>> described_;  ///< By the text of the query.
};

}  // namespace laminar::flink
