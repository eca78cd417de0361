// Records found by an id that counts up: as fast as an array, and any of them may go at any time.
// A record has a member `id`, which is 0 in none that is kept. References stay good until their
// record is erased. Not thread-safe.
//   blocks:  [ 32 records ] [ gone ] [ 32 records ] ...   one is freed once all in it are gone
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <deque>
#include <memory>

namespace journal {

template <typename Record>
class Shelf {
 public:
  // A new record; its id is one more than that of the one added before it, the first one's is 1.
  Record& add() {
    const std::uint64_t id = ++last_;
    if (id / kBlock >= first_ + blocks_.size()) {
      blocks_.push_back(std::make_unique<Block>());
      if (blocks_.size() > 1) free_if_empty(blocks_[blocks_.size() - 2]);
    }
    Block& block = *blocks_.back();
    Record& record = block.records[id % kBlock];
    record.id = id;
    ++block.kept;
    ++size_;
    return record;
  }

  [[nodiscard]] Record* find(std::uint64_t id) {
    Block* block = block_of(id);
    if (block == nullptr) return nullptr;
    Record& record = block->records[id % kBlock];
    return record.id == id && id != 0 ? &record : nullptr;
  }

  [[nodiscard]] const Record* find(std::uint64_t id) const {
    return const_cast<Shelf*>(this)->find(id);
  }

  // The record must be there.
  [[nodiscard]] Record& at(std::uint64_t id) {
    Record* record = find(id);
    assert(record != nullptr);
    return *record;
  }

  // The record must be there.
  void erase(std::uint64_t id) {
    at(id) = Record{};
    --size_;
    std::unique_ptr<Block>& block = blocks_[id / kBlock - first_];
    --block->kept;
    // The block that is being filled stays.
    if (block != blocks_.back()) free_if_empty(block);
  }

  // The record with the smallest id above `after`; nullptr: none.
  [[nodiscard]] const Record* next(std::uint64_t after) const {
    if (after >= last_) return nullptr;
    for (std::uint64_t id = std::max(after + 1, first_ * kBlock); id <= last_;) {
      if (blocks_[id / kBlock - first_] == nullptr) {
        id = (id / kBlock + 1) * kBlock;
        continue;
      }
      if (const Record* record = find(id)) return record;
      ++id;
    }
    return nullptr;
  }

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  static constexpr std::uint64_t kBlock = 32;

  struct Block {
    std::array<Record, kBlock> records{};
    std::size_t kept = 0;
  };

  void free_if_empty(std::unique_ptr<Block>& block) {
    if (block == nullptr || block->kept > 0) return;
    block.reset();
    while (blocks_.front() == nullptr) {
      blocks_.pop_front();
      ++first_;
    }
  }

  [[nodiscard]] Block* block_of(std::uint64_t id) {
    const std::uint64_t number = id / kBlock;
    if (number < first_ || number - first_ >= blocks_.size()) return nullptr;
    return blocks_[number - first_].get();
  }

  std::deque<std::unique_ptr<Block>> blocks_{};  // nullptr: all in it are gone; never the last
  std::uint64_t first_ = 0;                      // number of the first block
  std::uint64_t last_ = 0;                       // id given last
  std::size_t size_ = 0;
};

}  // namespace journal
