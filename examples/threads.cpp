// One network on several threads: those of a pool of one's own, and OpenMP's where there are any.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include <tenon/openmp.hpp>

#include "job_system.hpp"
#include "resnet8.hpp"

// region: adapter
/// The pool as tenon asks for it.
struct job_executor {
  job_system& pool;

  int workers() const { return pool.worker_count(); }
  void run(int parts, const tenon::part_task& f) const { pool.for_each(parts, &call, &f); }

  static void call(const void* f, int part, int worker) {
    (*static_cast<const tenon::part_task*>(f))(part, worker);
  }
};
static_assert(tenon::Executor<job_executor>);
// endregion

// region: run
void run_in_parts(const tenon::executable<ResNet8>& net, const ResNet8::input& image,
                  ResNet8::output& scores) {
  const auto memory = std::make_unique<ResNet8::workspace_for<4>>();  // for up to four threads
  job_system pool(4);
  net.run(image, scores, *memory, job_executor{pool});
}
// endregion

// region: batch
void run_many(const tenon::executable<ResNet8>& net, const std::vector<float>& images,
              std::vector<float>& scores) {
  const auto memory = std::make_unique<ResNet8::batch_workspace>();
  const auto n = static_cast<tenon::index>(images.size() / ResNet8::input::count);
  net.run_batch({images.data()}, {scores.data()}, n, *memory);  // or with an executor at the end
}
// endregion

int main() {
  tenon::weights<ResNet8> weights;
  unsigned state = 1;
  for (float& w : weights.values())
    w = static_cast<float>((state = state * 1664525u + 1013904223u) >> 20) / 40960;
  const tenon::executable<ResNet8> net(weights);
  ResNet8::input image;
  std::fill(image.begin(), image.end(), 0.5f);
  ResNet8::output alone, scores;
  const auto memory = std::make_unique<ResNet8::workspace_for<64>>();
  net(image, alone, *memory);
  bool same = true;
  const auto compare = [&](const char* who, bool equal) {
    std::printf("%s: %s\n", who, equal ? "the same bits" : "DIFFERENT");
    same = same && equal;
  };

  run_in_parts(net, image, scores);
  compare("4 threads of a pool", std::ranges::equal(alone, scores));

  const tenon::openmp_executor openmp;
  net.run(image, scores, *memory, openmp);
  compare("the threads of OpenMP", std::ranges::equal(alone, scores));

  std::vector<float> images(100 * ResNet8::input::count, 0.5f), all(100 * ResNet8::output::count);
  run_many(net, images, all);
  bool equal = true;
  for (std::size_t i = 0; i < all.size(); ++i) equal = equal && all[i] == alone[i % alone.size()];
  compare("a batch of 100", equal);
  return same ? 0 : 1;
}
