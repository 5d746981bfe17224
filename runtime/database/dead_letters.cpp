#include "runtime/database/dead_letters.h"

#include <utility>

#include "catalog/threads/mutex.h"

namespace laminar {

void DeadLetters::add(DeadLetter letter) {
    const MutexLock lock(mutex_);
    bytes_ += letter.data.size();
    letters_.push_back(std::move(letter));
    while (letters_.size() > most_letters_ || (bytes_ > most_bytes_ && letters_.size() > 1)) {
        bytes_ -= letters_.front().data.size();
        letters_.pop_front();
    }
}

std::vector<DeadLetter> DeadLetters::letters() const {
    const MutexLock lock(mutex_);
    return {letters_.begin(), letters_.end()};
}

}  // namespace laminar
