#include "runtime/database/kept/dead_letters.h"

#include <utility>

#include "catalog/threads/mutex.h"

namespace laminar {

void DeadLetters::append(Numbered letter) {
    last_number_ = letter.number;
    bytes_ += letter.letter.data.size();
    letters_.push_back(std::move(letter));
    while (letters_.size() > most_letters_ || (bytes_ > most_bytes_ && letters_.size() > 1)) {
        bytes_ -= letters_.front().letter.data.size();
        letters_.pop_front();
    }
}

void DeadLetters::add(DeadLetter letter) {
    const MutexLock lock(mutex_);
    append({last_number_ + 1, std::move(letter)});
}

std::vector<DeadLetter> DeadLetters::letters() const {
    const MutexLock lock(mutex_);
    std::vector<DeadLetter> letters;
    letters.reserve(letters_.size());
    for (const Numbered& each : letters_) letters.push_back(each.letter);
    return letters;
}

void DeadLetters::take_up(std::vector<Numbered> letters) {
    const MutexLock lock(mutex_);
    for (Numbered& letter : letters) append(std::move(letter));
    taken_number_ = last_number_;
}

std::vector<DeadLetters::Numbered> DeadLetters::take_new() {
    std::vector<Numbered> fresh;
    const MutexLock lock(mutex_);
    for (auto letter = letters_.rbegin(); letter != letters_.rend() && letter->number > taken_number_; ++letter)
        fresh.push_back(*letter);
    taken_number_ = last_number_;
    return fresh;
}

std::int64_t DeadLetters::first_number() const {
    const MutexLock lock(mutex_);
    return letters_.empty() ? 0 : letters_.front().number;
}

}  // namespace laminar
