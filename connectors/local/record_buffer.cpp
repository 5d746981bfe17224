#include "connectors/local/record_buffer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace laminar {

RecordBuffer::Whole RecordBuffer::whole_within(std::size_t bytes) const noexcept {
    const auto end = std::upper_bound(ends_.begin(), ends_.end(), bytes);
    if (end == ends_.begin()) return {0, bytes};
    return {static_cast<std::size_t>(end - ends_.begin()), bytes - *(end - 1)};
}

void RecordBuffer::clear() noexcept {
    text_.clear();
    ends_.clear();
}

void cut_off_end(int descriptor, std::size_t bytes) noexcept {
    struct stat status {};
    if (bytes == 0 || ::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return;
    const off_t position = ::lseek(descriptor, 0, SEEK_CUR);
    const off_t begin = position - static_cast<off_t>(bytes);
    if (position != status.st_size || begin < 0 || ::ftruncate(descriptor, begin) != 0) return;
    // Others that share the descriptor go on there.
    (void)::lseek(descriptor, begin, SEEK_SET);
}

}  // namespace laminar
