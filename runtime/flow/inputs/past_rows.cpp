#include "runtime/flow/inputs/past_rows.h"

namespace laminar {

namespace {

/// A few of the engine's vectors: large enough for the cost of a statement, small enough to hold.
constexpr std::size_t past_rows_at_once = 20'480;

}  // namespace

bool PastRows::show_next() {
    rows_ = stream_.retained()->read(position_, past_rows_at_once);
    if (rows_->rows > 0) {
        stream_.slot().set_rows(&*rows_);
        return true;
    }
    rows_.reset();
    is_reading_ = false;
    return false;
}

void PastRows::release() {
    if (!rows_) return;
    stream_.slot().set_rows(nullptr);
    rows_.reset();
}

}  // namespace laminar
