// What the programs of this folder have in common.
#pragma once

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>

#include "machine.hpp"

namespace bench {

/// Adds --target to the options, reads them all, runs `work`. The exit status.
template <class Work>
int run_program(CLI::App& app, int argc, char** argv, Work work) {
  std::string target;
  app.add_option("--target", target, "instruction set; the best of this CPU if not given")
      ->check(CLI::IsMember(instruction_sets()))
      ->type_name("NAME");
  app.footer("Options of Google Benchmark, too: --benchmark_repetitions=30, --benchmark_out=FILE, ...");
  CLI11_PARSE(app, argc, argv);
  try {
    if (!target.empty()) use_instruction_set(target);
    work();
    return 0;
  } catch (const std::exception& wrong) {
    std::cerr << "error: " << wrong.what() << "\n";
    return 1;
  }
}

}  // namespace bench
