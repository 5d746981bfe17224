#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "connectors/rows/column_batch.h"

namespace laminar {

/// Rows of a query or of a file: columnar, owning; readable from any thread.
struct ColumnRows {
    std::vector<OutputColumn> columns;
    std::vector<ColumnVector> values;
    std::size_t rows = 0;

    [[nodiscard]] std::size_t byte_size() const noexcept;
};

}  // namespace laminar
