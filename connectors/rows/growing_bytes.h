#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

namespace laminar {

/// Bytes that grow at the end, as a column's do with every row. New bytes are left as they are for the caller to fill,
/// and large blocks grow in place where the system can: what a vector cannot be told to do. Aligned for any type.
/// Not thread-safe.
class GrowingBytes {
public:
    GrowingBytes() = default;
    GrowingBytes(const GrowingBytes& other) { append(other.data(), other.size()); }
    GrowingBytes(GrowingBytes&& other) noexcept
        : bytes_(std::move(other.bytes_)),
          size_(std::exchange(other.size_, 0)),
          capacity_(std::exchange(other.capacity_, 0)) {}
    GrowingBytes& operator=(GrowingBytes other) noexcept {
        std::swap(bytes_, other.bytes_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
        return *this;
    }
    ~GrowingBytes() = default;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::byte* data() noexcept { return bytes_.get(); }
    [[nodiscard]] const std::byte* data() const noexcept { return bytes_.get(); }

    /// Adds count bytes and returns where they begin. Throws std::bad_alloc.
    std::byte* extend(std::size_t count) {
        if (capacity_ - size_ < count) grow(count);
        std::byte* added = bytes_.get() + size_;
        size_ += count;
        return added;
    }
    void append(const void* source, std::size_t count) {
        if (count > 0) std::memcpy(extend(count), source, count);
    }
    /// To at most size() bytes. Keeps the memory.
    void shrink(std::size_t size) noexcept { size_ = size; }
    void clear() noexcept { size_ = 0; }

private:
    struct Free {
        void operator()(std::byte* bytes) const noexcept { std::free(bytes); }
    };

    void grow(std::size_t count) {
        const std::size_t needed = size_ + count;
        const std::size_t doubled = capacity_ < least_capacity ? least_capacity : capacity_ * 2;
        const std::size_t capacity = needed > doubled ? needed : doubled;
        auto* moved = static_cast<std::byte*>(std::realloc(bytes_.get(), capacity));
        if (moved == nullptr) throw std::bad_alloc();
        (void)bytes_.release();
        bytes_.reset(moved);
        capacity_ = capacity;
    }

    static constexpr std::size_t least_capacity = 64;

    std::unique_ptr<std::byte, Free> bytes_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace laminar
