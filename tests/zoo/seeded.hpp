// Numbers for the tensors of the zoo, from the tensor's name and shape alone, the same bit for bit as
// seeded.py, where they are described.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <tenon/tenon.hpp>

namespace zoo {

/// The 24 random bits of element i of a tensor whose name has this hash.
constexpr std::int32_t random_bits(std::uint64_t hash, std::uint64_t i) {
  std::uint64_t z = (i + 1) * 0x9E3779B97F4A7C15u + hash;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return static_cast<std::int32_t>((z ^ (z >> 31)) >> 40);
}

constexpr std::uint64_t hash_of(std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash;
}

/// Fills one tensor; a network's input is called "input".
inline void fill_seeded(std::span<float> out, std::string_view name, std::span<const std::int64_t> shape) {
  const std::string_view kind = name.substr(name.rfind('.') + 1);
  const bool filters = kind == "weight" && shape.size() > 1;
  const bool positive = kind == "running_var" || (kind == "weight" && !filters);
  double largest = kind == "input" ? 1 : 0.125;
  if (filters) {
    std::int64_t fan_in = 1;
    for (std::int64_t extent : shape.subspan(1)) fan_in *= extent;
    largest = std::sqrt(6.0 / static_cast<double>(fan_in));
  }
  const float scale = static_cast<float>(largest * 0x1p-23);
  const std::uint64_t hash = hash_of(name);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::int32_t bits = random_bits(hash, i);
    out[i] = positive ? static_cast<float>(bits / 4 + 3 * (1 << 21)) * 0x1p-23f
                      : static_cast<float>(bits - (1 << 23)) * scale;
  }
}

/// All tensors of a network.
template <tenon::Model M>
tenon::weights<M> seeded_weights() {
  tenon::weights<M> weights;
  std::size_t at = 0;
  for (const tenon::tensor_spec& spec : weights.specs()) {
    std::size_t count = 1;
    for (std::int64_t extent : spec.shape) count *= static_cast<std::size_t>(extent);
    fill_seeded(weights.values().subspan(at, count), spec.name, spec.shape);
    at += count;
  }
  return weights;
}

}  // namespace zoo
