#pragma once

#include "base/sql/sql_driver.h"

#include <vector>

namespace lambent::triggers {

// The tables of buckets, objects, their versions and uploads, step by step as they came to be.
std::vector<sql::Migration> object_migrations();

}  // namespace lambent::triggers
