#pragma once

#include "base/sql/sql_driver.h"

#include <utility>

namespace lambent::tests {

// A driver whose next writes fail, each in its turn behind those before it, as on a full disk.
class FailingDriver final : public sql::Driver {
  public:
    explicit FailingDriver(sql::Driver& below) : below_(below) {}
    Task<Result<void>> write(sql::Work work) override {
        if (failures == 0) {
            co_return co_await below_.write(std::move(work));
        }
        failures -= 1;
        sql::Work nothing = [](sql::Session&) -> Result<void> {
            return {};
        };
        (void)co_await below_.write(std::move(nothing));
        co_return failure;
    }
    Task<Result<void>> read(sql::Work work) override {
        co_return co_await below_.read(std::move(work));
    }

    int failures = 0;
    Error failure{Code::kUnavailable, "disk_full", "no room"};

  private:
    sql::Driver& below_;
};

}  // namespace lambent::tests
