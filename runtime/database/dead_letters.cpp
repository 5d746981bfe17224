#include "runtime/database/dead_letters.h"

#include <utility>

namespace laminar {

void DeadLetters::add(DeadLetter letter) {
    const std::lock_guard lock(mutex_);
    bytes_ += letter.data.size();
    letters_.push_back(std::move(letter));
    while (letters_.size() > most_letters_ || (bytes_ > most_bytes_ && letters_.size() > 1)) {
        bytes_ -= letters_.front().data.size();
        letters_.pop_front();
    }
}

std::vector<DeadLetter> DeadLetters::letters() const {
    const std::lock_guard lock(mutex_);
    return {letters_.begin(), letters_.end()};
}

}  // namespace laminar
