// Fuzzes the importer of ONNX files: any bytes either become a type, or are refused with sentences.
#include <cstdlib>
#include <string>

#include "../../src/import/expression.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  using namespace tenon::importer;
  try {
    graph g = read_graph(std::string(reinterpret_cast<const char*>(data), bytes), {});
    const values v = infer(g);
    network n = translate(g, v);
    name_vertices(n, g);
    simplify(n);
    expression e = decompose(n);
    find_blocks(e, n);
    const typed_network type = type_of(e, n);
    if (text_of(e, n, "Net").empty() || type.output_shapes.size() != g.outputs.size()) std::abort();
  } catch (const refusal& r) {
    if (r.sentences.empty()) std::abort();
  }
  return 0;
}
