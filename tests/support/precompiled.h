#pragma once

// Parsed once for all tests (tests/CMakeLists.txt); never included by name.
#include <catch2/catch.hpp>

#include "cmake/precompiled.h"
