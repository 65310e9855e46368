#include "base/sql/sqlite_driver.h"
#include "tests/support/temp_dir.h"

#include <memory>
#include <tuple>
#include <vector>

namespace lambent::tests {

// A SQLite file of its own, opened as often as a test likes.
class SqliteFixture {
  public:
    Result<std::unique_ptr<sql::Driver>> open(std::vector<sql::Migration> migrations) {
        LAMBENT_TRY(auto driver, sql::SqliteDriver::open(home_.file("test.db"), {}));
        LAMBENT_TRY(driver->migrate(std::move(migrations)));
        return std::unique_ptr<sql::Driver>(std::move(driver));
    }

  private:
    TempDir home_;
};

}  // namespace lambent::tests

using DriverFixtures = std::tuple<lambent::tests::SqliteFixture>;

#include "tests/contract/sql_driver_suite.h"
