// What the programs of this folder have in common.
#pragma once

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>

#include "harness.hpp"
#include "machine.hpp"

namespace bench {

/// Adds --target and --json to the options, reads them all, runs `work`, which is given the file for JSON or
/// "". The exit status.
template <class Work>
int run_program(CLI::App& app, int argc, char** argv, Work work) {
  std::string target, file;
  app.add_option("--target", target, "instruction set; the best of this CPU if not given")
      ->check(CLI::IsMember(instruction_sets()))
      ->type_name("NAME");
  app.add_option("--json", file, "also write the figures here")->type_name("FILE");
  CLI11_PARSE(app, argc, argv);
  try {
    if (!target.empty()) use_instruction_set(target);
    work(file);
    return 0;
  } catch (const std::exception& wrong) {
    std::cerr << "error: " << wrong.what() << "\n";
    return 1;
  }
}

/// The same of a program that times with Google Benchmark, whose options it takes, too.
template <class Work>
int run_timing_program(CLI::App& app, int argc, char** argv, Work work) {
  take_options(argc, argv);
  app.footer("Options of Google Benchmark, too: --benchmark_repetitions=30, --benchmark_min_time=0.002, ...");
  return run_program(app, argc, argv, work);
}

}  // namespace bench
