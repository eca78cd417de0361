// The receivers of this process by name. Thread-safe; what it hands out stays valid as long as it
// is held.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "receiver/receiver.hpp"

namespace receiver {

class Registry {
 public:
  // nullptr when there is none of that name.
  [[nodiscard]] std::shared_ptr<Receiver> find(std::string_view name) const;
  [[nodiscard]] std::vector<std::shared_ptr<Receiver>> all() const;  // by name
  // False if the name is taken.
  bool add(std::shared_ptr<Receiver> receiver);
  void remove(std::string_view name);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Receiver>, std::less<>> receivers_;  // guarded by mutex_
};

}  // namespace receiver
