// What one core can do at best.
#include "harness.hpp"
#include "machine.hpp"
#include "peak.hpp"
#include "program.hpp"

int main(int argc, char** argv) {
  bench::take_options(argc, argv);
  CLI::App app("Multiply-adds and loads of one core.", "peak");
  return bench::run_program(app, argc, argv,
                            [](const std::string& file) { bench::contests(file).hold(bench::peaks()); });
}
