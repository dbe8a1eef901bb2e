// What one core can do at best.
#include "harness.hpp"
#include "machine.hpp"
#include "peak.hpp"
#include "program.hpp"

int main(int argc, char** argv) {
  CLI::App app("Multiply-adds and loads of one core.", "peak");
  return bench::run_timing_program(
      app, argc, argv, [](const std::string& file) { bench::contests(file).hold(bench::peaks()); });
}
