#include "runtime/database/catalog_store.h"

#include "catalog/threads/mutex.h"

namespace laminar {

/// Counted here rather than by the pointer: who sees that nobody reads a catalog any more must also see it free of
/// their reads.
struct CatalogStore::State {
    Mutex mutex;
    /// Who has read a catalog does so no longer.
    void forget_reader_of(const std::shared_ptr<Catalog>& catalog) {
        const MutexLock lock(mutex);
        if (current == catalog) --snapshots;
    }

    std::shared_ptr<Catalog> current LAMINAR_GUARDED_BY(mutex) = std::make_shared<Catalog>();
    std::size_t snapshots LAMINAR_GUARDED_BY(mutex) = 0;  ///< Of current.
};

CatalogStore::CatalogStore() : state_(std::make_shared<State>()) {}

std::shared_ptr<const Catalog> CatalogStore::snapshot() const {
    const MutexLock lock(state_->mutex);
    ++state_->snapshots;
    const std::shared_ptr<Catalog> current = state_->current;
    return {current.get(), [state = state_, catalog = current](const Catalog*) { state->forget_reader_of(catalog); }};
}

void CatalogStore::change(const std::function<void(Catalog&)>& change) {
    std::shared_ptr<Catalog> old;  // Goes after the lock.
    const MutexLock lock(state_->mutex);
    if (state_->snapshots > 0) {
        old = std::exchange(state_->current, std::make_shared<Catalog>(*state_->current));
        state_->snapshots = 0;
    }
    change(*state_->current);
}

const Catalog& CatalogStore::current() const {
    const MutexLock lock(state_->mutex);
    return *state_->current;
}

}  // namespace laminar
