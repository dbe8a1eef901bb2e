// One network on several threads: those of a pool of one's own, and OpenMP's where there are any.
#include <algorithm>
#include <cstdio>
#include <memory>

#include <tenon/openmp.hpp>

#include "job_system.hpp"
#include "resnet8.hpp"

// region: adapter
/// The pool as tenon asks for it.
struct job_executor {
  job_system& pool;

  int workers() const { return pool.worker_count(); }
  void run(int parts, const tenon::part_task& f) const {
    pool.for_each(
        parts,
        [](const void* data, int part, int worker) {
          (*static_cast<const tenon::part_task*>(data))(part, worker);
        },
        &f);
  }
};
static_assert(tenon::Executor<job_executor>);
// endregion

int main() {
  tenon::weights<ResNet8> weights;
  unsigned state = 1;
  for (float& w : weights.values())
    w = static_cast<float>((state = state * 1664525u + 1013904223u) >> 20) / 40960;
  ResNet8::input image;
  std::fill(image.begin(), image.end(), 0.5f);
  ResNet8::output alone, scores;

  // region: run
  const tenon::executable<ResNet8> net(weights);
  const auto memory = std::make_unique<ResNet8::workspace_for<4>>();  // for up to four threads
  job_system pool(4);
  net.run(image, scores, *memory, job_executor{pool});
  // endregion

  net(image, alone, *memory);
  bool same = std::ranges::equal(alone, scores);
  std::printf("4 threads of a pool: %s\n", same ? "the same bits" : "DIFFERENT");

  const tenon::openmp_executor openmp;
  const auto room = std::make_unique<ResNet8::workspace_for<64>>();
  net.run(image, scores, *room, openmp);
  same = same && std::ranges::equal(alone, scores);
  std::printf("%d threads of OpenMP: %s\n", openmp.workers(), same ? "the same bits" : "DIFFERENT");
  return same ? 0 : 1;
}
