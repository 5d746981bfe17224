"""Protocol Buffers as Python's own library and protoc have them: a .proto file, its descriptor set, and messages of its types."""

import subprocess

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

# Imports google/protobuf/*.proto and a file beside it.
FEED = """
syntax = "proto3";
package feed.v1;
import "google/protobuf/timestamp.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/wrappers.proto";
import "google/protobuf/struct.proto";
import "sides.proto";

message Level { double price = 1; uint64 size = 2; repeated Level below = 3; }
message Trade {
  string symbol = 1;
  double price = 2;
  int64 id = 3;
  sint32 change = 4;
  bool bought = 5;
  bytes raw = 6;
  Side side = 7;
  google.protobuf.Timestamp at = 8;
  repeated string tags = 9;
  repeated int32 numbers = 10;
  map<string, Level> levels = 11;
  map<int32, string> names = 12;
  Level best = 13;
  oneof venue { string exchange = 14; int32 desk = 15; }
  optional int32 maybe = 16;
  google.protobuf.Int64Value wrapped = 17;
  google.protobuf.Duration lag = 18;
  google.protobuf.Struct rest = 19;
  fixed64 big = 20;
  float ratio = 21;
  message Inner { string deep = 1; }
  Inner inner = 22;
}
message Order { string client_order = 1; uint32 amount = 2; Side side = 3; oneof price { double limit = 4; bool market = 5; } google.protobuf.Timestamp placed = 6;
                repeated sint64 steps = 7; map<string, int32> counts = 8; google.protobuf.Duration valid = 9; bytes note = 10; Level level = 11; }
message Envelope { oneof kind { Trade trade = 1; Order order = 2; } uint64 sequence = 3; }
"""
SIDES = """
syntax = "proto3";
package feed.v1;
enum Side { UNKNOWN = 0; BUY = 1; SELL = 2; }
"""
OLD = """
syntax = "proto2";
package old;
message Reading { required string name = 1; optional int32 level = 2 [default = 7]; repeated group Part = 3 { optional string of = 1; }
                  optional double value = 5; extensions 100 to 199; }
"""


class Protos:
    """The files in a folder, and classes of their messages."""

    def __init__(self, folder):
        self.folder = folder
        for name, text in (("feed.proto", FEED), ("sides.proto", SIDES), ("old.proto", OLD)):
            (folder / name).write_text(text)
        self.set = folder / "all.desc"
        subprocess.run(["protoc", f"--proto_path={folder}", "--include_imports", f"--descriptor_set_out={self.set}", "feed.proto", "old.proto"],
                       check=True)
        pool = descriptor_pool.DescriptorPool()
        for each in descriptor_pb2.FileDescriptorSet.FromString(self.set.read_bytes()).file:
            pool.Add(each)
        factory = message_factory.MessageFactory(pool)
        self.type = lambda name: factory.GetPrototype(pool.FindMessageTypeByName(name))
