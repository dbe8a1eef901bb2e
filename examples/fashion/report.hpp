// The results of one network as a person reads them.
#pragma once

#include <ostream>
#include <string>

#include "idx.hpp"
#include "statistics.hpp"
#include "terminal.hpp"

/// Prints accuracy, pictures with the three best classes, the confusion table and the speed on `target`.
void report(std::ostream& out, const terminal::style& look, const idx::dataset& data,
            const measurement& measured, const std::string& target);
