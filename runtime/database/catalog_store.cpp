#include "runtime/database/catalog_store.h"

#include <mutex>

namespace laminar {

/// Counted here rather than by the pointer: who sees that nobody reads a catalog any more must also see it free of
/// their reads.
struct CatalogStore::State {
    std::mutex mutex;
    std::shared_ptr<Catalog> current = std::make_shared<Catalog>();  ///< Guarded by mutex, as the next.
    std::size_t snapshots = 0;                                       ///< Of current.
};

CatalogStore::CatalogStore() : state_(std::make_shared<State>()) {}

std::shared_ptr<const Catalog> CatalogStore::snapshot() const {
    const std::lock_guard lock(state_->mutex);
    ++state_->snapshots;
    const std::shared_ptr<Catalog>& current = state_->current;
    return {current.get(), [state = state_, catalog = current](const Catalog*) {
                const std::lock_guard release(state->mutex);
                if (state->current == catalog) --state->snapshots;
            }};
}

void CatalogStore::change(const std::function<void(Catalog&)>& change) {
    std::shared_ptr<Catalog> old;  // Goes after the lock.
    const std::lock_guard lock(state_->mutex);
    if (state_->snapshots > 0) {
        old = std::exchange(state_->current, std::make_shared<Catalog>(*state_->current));
        state_->snapshots = 0;
    }
    change(*state_->current);
}

const Catalog& CatalogStore::current() const {
    const std::lock_guard lock(state_->mutex);
    return *state_->current;
}

}  // namespace laminar
