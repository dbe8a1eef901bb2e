// Writes the networks of this folder: export_layers FOLDER
#include "layers.hpp"

#include <cstdio>

int main(int count, char** arguments) try {
  if (count != 2) return std::fprintf(stderr, "usage: export_layers FOLDER\n"), 2;
  std::filesystem::create_directories(arguments[1]);
  using namespace exported;
  for (const auto* group : {&convolutions, &pools, &norms, &activations, &moves})
    for (const entry& e : *group) e.save(arguments[1], e.name);
  return 0;
} catch (const std::exception& problem) {
  std::fprintf(stderr, "%s\n", problem.what());
  return 1;
}
