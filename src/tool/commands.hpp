// The commands of the tool `tenon`: each adds itself to the command line and throws when it cannot be done.
#pragma once

#include <CLI/CLI.hpp>

namespace tenon::tool {

void add_import(CLI::App& app);
void add_weights(CLI::App& app);
void add_check(CLI::App& app);

}  // namespace tenon::tool
