// Networks of a layer or two for every operator that the exporter writes, each with an input and what the
// reference gives for it.
#pragma once

#include <fstream>
#include <vector>

#include <tenon/reference.hpp>

#include "nets.hpp"

namespace exported {

using namespace tenon::layers;
using tenon::index;

struct entry {
  const char* name;
  void (*save)(const std::filesystem::path& folder, const std::string& name);
};

template <auto Expression>
struct net : tenon::model<Expression> {};

inline void write(const std::filesystem::path& path, std::span<const float> values) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size_bytes()));
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

/// NAME.onnx, all inputs as NAME.x, all outputs as NAME.y.
template <auto Expression>
void save_net(const std::filesystem::path& folder, const std::string& name) {
  using M = net<Expression>;
  const auto weights = save<M>(folder, name);
  std::vector<float> x;
  for (const tenon::shape& s : M::input_shapes) {
    const auto at = x.size();
    x.resize(at + static_cast<std::size_t>(s.count()));
    zoo::fill_seeded(std::span(x).subspan(at), "input",
                     std::vector<std::int64_t>{s.extents, s.extents + s.rank});
  }
  const auto exact = tenon::reference<double>(M::network.view(), weights.values(), x);
  const std::vector<float> y(exact.begin(), exact.end());
  write(folder / (name + ".x"), x);
  write(folder / (name + ".y"), y);
}

extern const std::vector<entry> convolutions, pools, norms, activations, moves;

}  // namespace exported
