#include "zoo/tcn.hpp"

#define TENON_MODEL zoo::tcn::TCN
#include <tenon/instantiate.hpp>
