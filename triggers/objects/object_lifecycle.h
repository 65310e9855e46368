#pragma once

#include "base/async/alarm.h"
#include "base/async/task_scope.h"
#include "base/clock.h"
#include "base/logger.h"
#include "triggers/objects/lifecycle_rules.h"
#include "triggers/objects/object_store.h"

#include <boost/asio/any_io_executor.hpp>

#include <string>
#include <vector>

namespace lambent::triggers {

inline constexpr char kLifecycleSetting[] = "lifecycle";  // encode_lifecycle's text

// Removes what has had its time by the lifecycle rules of its bucket: at start, when rules change
// and at each midnight, UTC. What changed between look and removal stays. Owned by the composition
// root; event loop's thread only.
class ObjectLifecycle {
  public:
    ObjectLifecycle(
        boost::asio::any_io_executor loop, ObjectStore& store, const Clock& clock, Logger log
    );

    void start();
    Task<> stop();
    void rules_changed();

    // One round over all buckets; how many versions and uploads it removed.
    Task<std::size_t> sweep();

  private:
    Task<> run();
    Task<Result<std::size_t>> sweep_bucket(std::string bucket);
    Task<Result<std::size_t>> sweep_versions(
        const std::string& bucket, const std::vector<LifecycleRule>& rules
    );
    Task<Result<std::size_t>> sweep_uploads(
        const std::string& bucket, const std::vector<LifecycleRule>& rules
    );
    Task<Result<std::size_t>> remove(
        const std::string& bucket, std::vector<LifecycleScan::Expired> expired
    );

    ObjectStore& store_;
    const Clock& clock_;
    Logger log_;
    Alarm alarm_;
    bool stopping_ = false;
    bool changed_ = false;  // since the last round began
    TaskScope flows_;
};

}  // namespace lambent::triggers
