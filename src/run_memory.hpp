// Memory for running a network step by step, without its type.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "tenon/executable.hpp"

namespace tenon::detail {

/// The arena and the outputs of one run.
class run_memory {
 public:
  run_memory(plan_view schedule, std::span<const shape> outputs)
      : arena_(static_cast<float*>(::operator new (
            static_cast<std::size_t>(std::max<index>(schedule.arena_elements, 1)) * sizeof(float),
            std::align_val_t{64}))) {
    for (const shape& s : outputs) {
      outputs_.emplace_back(static_cast<std::size_t>(s.count()));
      out_.push_back(outputs_.back().data());
    }
  }
  float* arena() { return arena_.get(); }
  float* const* out() { return out_.data(); }

 private:
  packed_weights arena_;
  std::vector<std::vector<float>> outputs_;
  std::vector<float*> out_;
};

inline void require_steps(const runner& net) {
  if (!net.compiled.run_step)
    throw std::logic_error(
        "tenon: this network was compiled without its single steps: write #define TENON_PROFILE before "
        "#include <tenon/instantiate.hpp>");
}

}  // namespace tenon::detail
