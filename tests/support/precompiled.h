#pragma once

// Parsed once for all tests (tests/CMakeLists.txt); never included by name.
#include "cmake/precompiled.h"

#include <catch2/catch.hpp>
