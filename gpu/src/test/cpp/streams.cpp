// Streams, and graphs of what was recorded on one.
//
// A stream runs nothing before somebody waits for it, and then on the thread that waits: the latest
// that CUDA allows. So a host that reads too early, or overwrites memory in flight, gets wrong
// numbers every time, and not only when a device happens to be slow.
#include "emulator.h"

struct Graph {
  std::vector<Operation> operations;
};

struct Stream {
  std::mutex mutex;
  std::deque<Operation> queue;
  int failed = 0;
  Graph* recording = nullptr;

  void drop() {
    std::lock_guard<std::mutex> lock(mutex);
    queue.clear();
  }

  // What is in the queue stays there while it runs: it is in flight.
  int wait() {
    std::lock_guard<std::mutex> lock(mutex);
    while (!queue.empty()) {
      int status = enterAsynchronous();
      if (status == kSuccess) queue.front().run();
      if (failed == 0) failed = status;
      queue.pop_front();
    }
    int status = failed;
    failed = 0;
    return status;
  }
};

namespace {

std::mutex all;
std::set<Stream*> streams;
std::set<Graph*> graphs;      // recorded
std::set<Graph*> executable;  // ready to launch

void issue(Stream* stream, const Operation& operation) {
  if (operation.issued) operation.issued();
  if (operation.copies != 0) countCopy(operation.copies, operation.copiedBytes);
  std::lock_guard<std::mutex> lock(stream->mutex);
  stream->queue.push_back(operation);
}

}  // namespace

bool known(Stream* stream) {
  std::lock_guard<std::mutex> lock(all);
  return streams.count(stream) != 0;
}

bool recording(Stream* stream) { return known(stream) && stream->recording != nullptr; }

int enqueue(Stream* stream, Operation operation) {
  if (!known(stream)) {
    violation("an operation on a stream that does not exist");
    return kInvalidValue;
  }
  if (stream->recording != nullptr) {
    stream->recording->operations.push_back(std::move(operation));
  } else {
    issue(stream, operation);
  }
  return kSuccess;
}

int synchronise(Stream* stream) { return stream->wait(); }

int synchroniseAll() {
  std::vector<Stream*> now;
  {
    std::lock_guard<std::mutex> lock(all);
    now.assign(streams.begin(), streams.end());
  }
  int status = kSuccess;
  for (Stream* stream : now) {
    int one = stream->wait();
    if (status == kSuccess) status = one;
  }
  return status;
}

bool inFlight(const void* host, size_t bytes) {
  std::lock_guard<std::mutex> lock(all);
  const char* first = static_cast<const char*>(host);
  for (Stream* stream : streams) {
    std::lock_guard<std::mutex> own(stream->mutex);
    for (const Operation& operation : stream->queue) {
      const char* at = static_cast<const char*>(operation.host);
      if (at != nullptr && at < first + bytes && first < at + operation.hostBytes) return true;
    }
  }
  return false;
}

API int cudaStreamCreateWithFlags(Stream** out, unsigned) {
  ENTER("cudaStreamCreateWithFlags");
  Stream* stream = new Stream();
  {
    std::lock_guard<std::mutex> lock(all);
    streams.insert(stream);
  }
  created("stream");
  *out = stream;
  return kSuccess;
}

API int cudaStreamDestroy(Stream* stream) {
  int status = enter("cudaStreamDestroy");
  {
    std::lock_guard<std::mutex> lock(all);
    if (streams.erase(stream) == 0) {
      violation("cudaStreamDestroy: no such stream");
      return kInvalidValue;
    }
  }
  stream->wait();
  delete stream;
  destroyed("stream");
  return status;
}

API int cudaStreamSynchronize(Stream* stream) {
  int lost = enter("cudaStreamSynchronize");
  countSynchronisation();
  if (lost != kSuccess) {  // what waited is gone with the device
    if (known(stream)) stream->drop();
    return lost;
  }
  if (!known(stream)) {
    violation("cudaStreamSynchronize: no such stream");
    return kInvalidValue;
  }
  if (stream->recording != nullptr) {
    violation("cudaStreamSynchronize: the stream records a graph");
    return kCaptureInvalid;
  }
  return synchronise(stream);
}

API int cudaStreamBeginCapture(Stream* stream, int) {
  ENTER("cudaStreamBeginCapture");
  if (!known(stream) || stream->recording != nullptr) {
    violation("cudaStreamBeginCapture: no such stream, or it records already");
    return kInvalidValue;
  }
  stream->recording = new Graph();
  return kSuccess;
}

API int cudaStreamEndCapture(Stream* stream, Graph** out) {
  int status = enter("cudaStreamEndCapture");
  if (!known(stream) || stream->recording == nullptr) {
    violation("cudaStreamEndCapture: the stream records nothing");
    return kInvalidValue;
  }
  Graph* graph = stream->recording;
  stream->recording = nullptr;
  if (status != kSuccess) {
    delete graph;
    *out = nullptr;
    return status;
  }
  std::lock_guard<std::mutex> lock(all);
  graphs.insert(graph);
  created("graph");
  *out = graph;
  return kSuccess;
}

API int cudaGraphInstantiateWithFlags(Graph** out, Graph* graph, unsigned long long) {
  ENTER("cudaGraphInstantiateWithFlags");
  std::lock_guard<std::mutex> lock(all);
  if (graphs.count(graph) == 0) {
    violation("cudaGraphInstantiateWithFlags: no such graph");
    return kInvalidValue;
  }
  *out = new Graph(*graph);
  executable.insert(*out);
  created("executable graph");
  return kSuccess;
}

API int cudaGraphLaunch(Graph* graph, Stream* stream) {
  ENTER("cudaGraphLaunch");
  {
    std::lock_guard<std::mutex> lock(all);
    if (executable.count(graph) == 0 || streams.count(stream) == 0) {
      violation("cudaGraphLaunch: no such graph or stream");
      return kInvalidValue;
    }
  }
  for (const Operation& operation : graph->operations) issue(stream, operation);
  return kSuccess;
}

API int cudaGraphDestroy(Graph* graph) {
  int status = enter("cudaGraphDestroy");
  std::lock_guard<std::mutex> lock(all);
  if (graphs.erase(graph) == 0) {
    violation("cudaGraphDestroy: no such graph");
    return kInvalidValue;
  }
  delete graph;
  destroyed("graph");
  return status;
}

API int cudaGraphExecDestroy(Graph* graph) {
  int status = enter("cudaGraphExecDestroy");
  std::lock_guard<std::mutex> lock(all);
  if (executable.erase(graph) == 0) {
    violation("cudaGraphExecDestroy: no such graph");
    return kInvalidValue;
  }
  delete graph;
  destroyed("executable graph");
  return status;
}
