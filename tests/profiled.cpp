#include "profiled.hpp"

#define TENON_MODEL Profiled
#define TENON_PROFILE
#include <tenon/instantiate.hpp>
