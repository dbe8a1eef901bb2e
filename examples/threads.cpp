// A network on several threads, those of a pool of one's own and OpenMP's where there are any; and one for
// many images at a time.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include <tenon/openmp.hpp>

#include "job_system.hpp"
#include "resnet8.hpp"
#include "zoo/tcn.hpp"

using zoo::tcn::TCN;

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
void run_in_parts(const tenon::executable<TCN>& net, const TCN::input& signal, TCN::output& filtered,
                  job_system& pool) {
  const auto memory = std::make_unique<TCN::workspace_for<4>>();  // for up to four threads
  net.run(signal, filtered, *memory, job_executor{pool});
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

template <class Model>
tenon::executable<Model> with_some_weights() {
  tenon::weights<Model> weights;
  unsigned state = 1;
  for (float& w : weights.values())
    w = static_cast<float>((state = state * 1664525u + 1013904223u) >> 20) / 40960;
  return tenon::executable<Model>(weights);
}

int main() {
  bool same = true;
  const auto compare = [&](const char* who, bool equal) {
    std::printf("%s: %s\n", who, equal ? "the same bits" : "DIFFERENT");
    same = same && equal;
  };

  const auto filter = with_some_weights<TCN>();
  const auto signal = std::make_unique<TCN::input>();
  const auto alone = std::make_unique<TCN::output>(), filtered = std::make_unique<TCN::output>();
  std::fill(signal->begin(), signal->end(), 0.5f);
  const auto memory = std::make_unique<TCN::workspace_for<64>>();
  filter(*signal, *alone, *memory);

  job_system pool(4);
  run_in_parts(filter, *signal, *filtered, pool);
  compare("4 threads of a pool", std::ranges::equal(*alone, *filtered));

  *filtered = {};
  filter.run(*signal, *filtered, *memory, tenon::openmp_executor());
  compare("the threads of OpenMP", std::ranges::equal(*alone, *filtered));

  auto classifier = with_some_weights<ResNet8>();
  ResNet8::input image;
  std::fill(image.begin(), image.end(), 0.5f);
  const ResNet8::output scores = classifier(image);
  std::vector<float> images(100 * ResNet8::input::count, 0.5f), all(100 * ResNet8::output::count);
  run_many(classifier, images, all);
  bool equal = true;
  for (std::size_t i = 0; i < all.size(); ++i) equal = equal && all[i] == scores[i % scores.size()];
  compare("a batch of 100", equal);
  return same ? 0 : 1;
}
