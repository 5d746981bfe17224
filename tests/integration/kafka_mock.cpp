// The mock cluster of librdkafka as a program, for tests: kafka_mock TOPIC:PARTITIONS... prints the address of its
// broker, and ends when standard input does. Transactions mean nothing to it.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

int main(int argument_count, char** arguments) {
    std::array<char, 512> problem{};
    rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), problem.data(), problem.size());
    if (client == nullptr) {
        std::fprintf(stderr, "%s\n", problem.data());
        return 1;
    }
    rd_kafka_mock_cluster_t* cluster = rd_kafka_mock_cluster_new(client, 1);
    for (int index = 1; index < argument_count; ++index) {
        const std::string argument = arguments[index];
        const std::size_t colon = argument.find(':');
        const int partitions = colon == std::string::npos ? 1 : std::atoi(argument.c_str() + colon + 1);
        rd_kafka_mock_topic_create(cluster, argument.substr(0, colon).c_str(), partitions, 1);
    }
    std::printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(client);
}
