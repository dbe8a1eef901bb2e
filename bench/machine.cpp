#include "machine.hpp"

#include <hwy/highway.h>
#include <tenon/peak.hpp>

#include <ctime>
#include <fstream>
#include <numeric>
#include <stdexcept>

#include "commit.hpp"

namespace bench {

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      if (const auto at = line.find(": "); at != std::string::npos) return line.substr(at + 2);
  return "unknown CPU";
}

std::string compiler() {
#ifdef __clang__
  const std::string text = "Clang " __clang_version__;
#else
  const std::string text = "GCC " __VERSION__;
#endif
  return text.substr(0, text.find(' ', text.find(' ') + 1));
}

std::string commit() { return BENCH_COMMIT; }

std::string date() {
  const std::time_t now = std::time(nullptr);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", std::localtime(&now));
  return text;
}

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  for (const auto target : hwy::SupportedAndGeneratedTargets()) names.push_back(hwy::TargetName(target));
  return names;
}

std::string instruction_set() {
  const auto best = hwy::SupportedTargets() & HWY_TARGETS;
  return hwy::TargetName(best & -best);
}

std::vector<std::pair<std::string, std::string>> context() {
  const std::string highway =
      std::to_string(HWY_MAJOR) + '.' + std::to_string(HWY_MINOR) + '.' + std::to_string(HWY_PATCH);
  return {{"cpu", cpu_model()},
          {"compiler", compiler()},
          {"commit", commit()},
          {"day", date()},
          {"instruction_set", instruction_set()},
          {"highway", highway}};
}

void use_instruction_set(const std::string& name) {
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    if (hwy::TargetName(target) != name) continue;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    return;
  }
  throw std::invalid_argument("this CPU has no instruction set \"" + name + "\"");
}

void evict_caches() {
  static const std::vector<float> other(4 * tenon::cache_bytes(3) / sizeof(float), 1.0f);
  if (std::accumulate(other.begin(), other.end(), 0.0f) == 0) throw std::logic_error("no memory was read");
}

}  // namespace bench
