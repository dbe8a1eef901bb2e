// What a figure depends on and must be printed beside it.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace bench {

std::string cpu_model();  // "unknown CPU" where the system does not say
std::string compiler();   // "GCC 12.2.0"
std::string
commit();            // of the sources at build time, "+changes" if they differ from it; "unknown" outside git
std::string date();  // of now, 2024-02-29

/// The instruction sets that were compiled and that this CPU has, best first, as Highway names them.
std::vector<std::string> instruction_sets();

std::string instruction_set();  // the one that networks constructed now run on

/// What stands in the context of every JSON file, names and values: cpu, compiler, commit, day and
/// instruction_set, as above, and the versions of the libraries that kernels are made of.
std::vector<std::pair<std::string, std::string>> context();

/// From now on every network that is constructed runs on this one. Throws std::invalid_argument for any other
/// name than those above.
void use_instruction_set(const std::string& name);

/// Reads as much memory as drives everything else out of all caches.
void evict_caches();

}  // namespace bench
