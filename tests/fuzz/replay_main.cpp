// Stands for libFuzzer where the compiler has none: gives a target the files of a corpus, and what becomes of them when
// they are changed a little, the same each time.
//
//   http_replay CORPUS [MUTATIONS [SEED]]

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "loopback_client.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

std::vector<Bytes> read_corpus(const char* folder) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<Bytes> inputs;
    for (const std::filesystem::path& path : paths) {
        std::ifstream file(path, std::ios::binary);
        inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return inputs;
}

class Mutator {
public:
    explicit Mutator(std::uint64_t seed) : random_(seed) {}

    Bytes change(const std::vector<Bytes>& corpus) {
        Bytes bytes = corpus[below(corpus.size())];
        for (std::size_t times = 1 + below(4); times > 0; --times) change_once(bytes, corpus);
        return bytes;
    }

private:
    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }

    void change_once(Bytes& bytes, const std::vector<Bytes>& corpus) {
        const std::size_t at = below(bytes.size() + 1);
        const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        const std::size_t rest = bytes.size() - at;
        switch (below(6)) {
            case 0:  // A bit.
                if (rest > 0) bytes[at] ^= static_cast<std::uint8_t>(1U << below(8));
                break;
            case 1:  // A byte that means something to somebody.
                if (rest > 0)
                    bytes[at] = std::vector<std::uint8_t>{0, 1, 0x7F, 0x80, 0xFF, '\n', '\'', '"', '$'}[below(9)];
                break;
            case 2:  // The end.
                bytes.erase(place, bytes.end());
                break;
            case 3:  // A piece, gone.
                bytes.erase(place, place + static_cast<std::ptrdiff_t>(std::min(rest, below(16))));
                break;
            case 4:  // A piece, again.
                if (rest > 0) {
                    const Bytes piece(place, place + static_cast<std::ptrdiff_t>(std::min(rest, 1 + below(64))));
                    bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size())), piece.begin(),
                                 piece.end());
                }
                break;
            default: {  // The rest of another.
                const Bytes& other = corpus[below(corpus.size())];
                bytes.erase(place, bytes.end());
                bytes.insert(bytes.end(), other.begin() + static_cast<std::ptrdiff_t>(below(other.size() + 1)),
                             other.end());
            }
        }
    }

    std::mt19937_64 random_;
};

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) laminar::fuzz::fail("which corpus?");
    const std::vector<Bytes> corpus = read_corpus(arguments[1]);
    if (corpus.empty()) laminar::fuzz::fail("the corpus is empty");
    for (const Bytes& input : corpus) (void)LLVMFuzzerTestOneInput(input.data(), input.size());
    const unsigned long mutations = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 0;
    Mutator mutator(count > 3 ? std::strtoull(arguments[3], nullptr, 10) : 1);
    for (unsigned long i = 0; i < mutations; ++i) {
        const Bytes input = mutator.change(corpus);
        (void)LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    std::printf("%zu inputs, %lu changed ones\n", corpus.size(), mutations);
    std::fflush(stdout);
    // The servers live as long as the process: their threads are not waited for.
    std::_Exit(0);
}
