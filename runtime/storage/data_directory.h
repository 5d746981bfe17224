#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace laminar {

/// A data directory cannot be used: what is wrong with it, where, and what to do.
class DataDirectoryError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The directory in which a database lives (--data-dir): whose it is, in which version of the format, and where its
/// files are. It is this process's alone from the beginning to the end of the object, or of the process, however that
/// comes. One thread.
class DataDirectory {
public:
    /// Opens it, or makes it where there is none; its parent must be there. Throws DataDirectoryError.
    explicit DataDirectory(const std::string& path);
    ~DataDirectory();
    DataDirectory(const DataDirectory&) = delete;
    DataDirectory& operator=(const DataDirectory&) = delete;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }  ///< Absolute.
    [[nodiscard]] std::string database_file() const;
    /// Where large sorts and joins spill to: the engine makes it, beside its database.
    [[nodiscard]] std::string spill_directory() const;

    /// The database has still to be made in it; until complete() a start begins anew.
    [[nodiscard]] bool is_incomplete() const noexcept { return incomplete_; }
    /// The database is there: nothing in it is ever cleared from here on. Throws DataDirectoryError.
    void complete();

    /// Of log that the start has to work off; 0 after an end in good order.
    [[nodiscard]] std::uint64_t replayed_bytes() const noexcept { return replayed_bytes_; }

private:
    void make_or_check();
    void lock();
    void read_format();
    void write_format(bool incomplete) const;
    [[nodiscard]] std::string file(const char* name) const;

    std::string path_;
    int lock_ = -1;  ///< The file descriptor that holds it.
    bool incomplete_ = false;
    std::uint64_t replayed_bytes_ = 0;
};

}  // namespace laminar
