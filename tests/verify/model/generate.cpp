// Random senders: patient and hasty ones, with one worker or two, that keep or lose their minds.
#include <algorithm>
#include <array>
#include <random>

#include <fmt/format.h>

#include "verify/model/plan.hpp"

namespace verify::histories {

namespace {

constexpr std::array kGaps{
    0,
    50'000,
    249'999,
    250'000,
    250'001,
    500'000,
    750'000,
    1'000'000,
    1'000'001,
    1'250'000,
    1'500'000,
    2'000'000,
    2'250'000,
    3'000'000,
    5'000'000,
    6'250'000,
    10'000'000,
    30'000'000};
constexpr std::array kSteps{0, 0, 0, 1'000, 1'000, 50'000, 300'000};

struct Message {
  std::string sender, envid, id;
  std::vector<std::string> recipients;
  std::string client;
};

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : dice_(seed) { plan_.seed = seed; }

  Plan generate();

 private:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(dice_() % n); }

  bool chance(std::size_t percent) { return below(100) < percent; }

  template <typename T, std::size_t kSize>
  T one_of(const std::array<T, kSize>& all) {
    return all[below(kSize)];
  }

  Micros gap() { return Micros(one_of(kGaps)); }

  Message message(std::size_t number);
  void send(const Message& message, Micros first);
  Visit* idle_connection(const Message& message, Micros at);
  Transfer transfer(const Message& message);
  void choose_replies(Transfer& transfer);
  void refuse_at_rcpt(Transfer& transfer, Reply reply);
  bool knock(const Message& message, Micros& at);
  Micros attempt(const Message& message, Micros at, bool& accepted, bool& rejected);
  void marks(Micros last);

  std::mt19937_64 dice_;
  Plan plan_{};
  bool restless_ = false;  // the sender goes on after a last word
  bool own_ids_ = true;
};

Message Generator::message(std::size_t number) {
  Message out;
  out.client = chance(80) ? "192.0.2.1" : "192.0.2.2";
  // A promise of one message per key is kept.
  const std::string mark = plan_.unique ? fmt::format("{}", number) : "";
  out.sender = chance(8) ? "" : fmt::format("{}@x.test", chance(80) ? "a" : "b");
  static constexpr std::array<std::string_view, 4> kRecipients{
      "r@gone.test", "r@GONE.test", "s@gone.test", "t@full.test"};
  out.recipients.push_back(fmt::format("{}{}", mark, one_of(kRecipients)));
  if (chance(25)) out.recipients.push_back(fmt::format("{}u@full.test", mark));
  if (own_ids_ && chance(85)) out.id = fmt::format("<{}@x>", chance(90) ? number : 0);
  if (chance(20)) out.envid = fmt::format("E{}", chance(90) ? number : 0);
  return out;
}

void Generator::refuse_at_rcpt(Transfer& transfer, Reply reply) {
  transfer.targets.back().reply = std::move(reply);
  if (chance(50)) transfer.targets.front().reply = transfer.targets.back().reply;
}

void Generator::choose_replies(Transfer& t) {
  const std::size_t roll = below(100);
  if (roll < 30) return;
  if (roll < 42) return refuse_at_rcpt(t, {450, "4.2.0"});
  if (roll < 48) return refuse_at_rcpt(t, {452, "4.5.3"});
  if (roll < 58) return refuse_at_rcpt(t, {550, chance(50) ? "5.1.1" : "5.7.1"});
  if (roll < 60) return refuse_at_rcpt(t, {421, "4.3.2"});
  if (roll < 62) return refuse_at_rcpt(t, {0, ""});
  if (roll < 70) {
    static constexpr std::array<std::uint16_t, 4> kCodes{451, 452, 550, 421};
    t.mail = {one_of(kCodes), ""};
    if (chance(15)) t.mail = {0, ""};
    t.pipelined = chance(60);
  } else if (roll < 73) {
    t.data = {static_cast<std::uint16_t>(chance(50) ? 451 : 554), ""};
  } else if (roll < 82) {
    t.dot = {static_cast<std::uint16_t>(chance(85) ? 451 : 421), "4.3.0"};
    t.kept = chance(20);
  } else if (roll < 88) {
    t.dot = {554, "5.6.0"};
  } else if (roll < 97) {
    t.finish = chance(60) ? Finish::broken_off : Finish::gone_held;
    t.kept = chance(50);
  } else {
    t.finish = Finish::gone;
  }
}

Transfer Generator::transfer(const Message& message) {
  Transfer out{.sender = message.sender, .envid = message.envid, .message_id = message.id};
  out.step = Micros(one_of(kSteps));
  for (const auto& recipient : message.recipients) out.targets.push_back({recipient, {}});
  if (chance(10)) out.held = gap();
  if (chance(5)) out.dripped = gap();
  choose_replies(out);
  return out;
}

// A connection of this client that is still there and has nothing to do.
Visit* Generator::idle_connection(const Message& message, Micros at) {
  for (Visit& visit : plan_.visits) {
    const bool opens = visit.door == Door::opens || visit.door == Door::ehlo_then_helo;
    if (visit.client != message.client || !opens || visit.transfers.empty()) continue;
    const End end = end_of(visit.transfers.back());
    if (!end.connection && end.at <= at) return &visit;
  }
  return nullptr;
}

// The host itself may not be there.
bool Generator::knock(const Message& message, Micros& at) {
  if (!chance(10)) return false;
  Visit visit{.client = message.client, .at = at, .step = Micros(one_of(kSteps))};
  static constexpr std::array kDoors{Door::greeting, Door::ehlo, Door::breaks, Door::full};
  visit.door = one_of(kDoors);
  static constexpr std::array<std::uint16_t, 3> kCodes{451, 421, 554};
  visit.refusal = {one_of(kCodes), ""};
  at = ready(visit);
  plan_.visits.push_back(std::move(visit));
  return true;
}

// Says when it was over.
Micros Generator::attempt(const Message& message, Micros at, bool& accepted, bool& rejected) {
  if (knock(message, at)) return at;
  Transfer own = transfer(message);
  Visit* visit = chance(25) ? idle_connection(message, at) : nullptr;
  if (visit == nullptr) {
    Visit fresh{.client = message.client, .at = at, .step = Micros(one_of(kSteps))};
    fresh.door = chance(5) ? Door::ehlo_then_helo : Door::opens;
    fresh.refusal = {static_cast<std::uint16_t>(chance(50) ? 451 : 502), ""};
    const std::size_t leaves = below(10);
    if (leaves == 0) fresh.farewell = Farewell::resets;
    if (leaves == 1) fresh.farewell = Farewell::leaves;
    plan_.visits.push_back(std::move(fresh));
    visit = &plan_.visits.back();
    at = ready(*visit);
  }
  own.at = own.began = at;
  // What was on its way while the one before it was answered.
  if (chance(10) && !visit->transfers.empty()) {
    own.began = std::max(visit->transfers.back().at, at - gap());
  }
  accepted = own.mail.code == 250 && own.data.code == 354 && own.dot.code == 250 &&
             own.finish == Finish::answered && own.targets.front().reply.code == 250;
  rejected = own.mail.code >= 500 || own.data.code >= 500 || own.dot.code >= 500 ||
             own.targets.front().reply.code >= 500;
  visit->transfers.push_back(own);
  return end_of(own).at;
}

void Generator::send(const Message& message, Micros first) {
  Micros at = first;
  const std::size_t most = 1 + below(5);
  // A steady sender waits longer and longer.
  const bool steady = chance(30);
  Micros pause = gap();
  for (std::size_t i = 0; i < most; ++i) {
    bool accepted = false, rejected = false;
    Message sent = message;
    if (chance(4)) sent.id = fmt::format("<again{}@x>", i);
    const Micros end = attempt(sent, at, accepted, rejected);
    // Two workers on one message.
    if (chance(6)) attempt(message, at + (chance(50) ? gap() : Micros(0)), accepted, rejected);
    if ((accepted || rejected) && !(restless_ && chance(60))) return;
    at = end + (steady ? pause : gap());
    if (chance(60)) pause *= 2;
  }
}

void Generator::marks(Micros last) {
  const auto somewhere = [&] {
    return Micros(static_cast<std::int64_t>(below(static_cast<std::size_t>(last.count()) + 1)));
  };
  if (chance(15)) {
    // Odd instants: nothing else happens in the same microsecond.
    for (std::size_t i = 0; i <= below(2); ++i) {
      const Micros by = std::max(gap() * 2, Micros(500'000));
      plan_.advances.push_back({Micros(somewhere().count() / 10 * 10 + 3), by});
    }
  }
  for (std::size_t i = 0; chance(40) && i < 3; ++i) {
    const bool other = chance(50);
    plan_.offers.push_back(
        {Micros(somewhere().count() / 10 * 10 + 5), other ? "r@gone.test" : "t@FULL.test"}
    );
  }
  if (chance(4)) plan_.rescales.push_back({Micros(somewhere().count() / 10 * 10 + 7), 3});
  const auto by_time = [](const auto& a, const auto& b) { return a.at < b.at; };
  std::sort(plan_.advances.begin(), plan_.advances.end(), by_time);
  std::sort(plan_.offers.begin(), plan_.offers.end(), by_time);
  if (chance(7)) plan_.visits[below(plan_.visits.size())].unseen = true;
  if (chance(25)) plan_.cut = static_cast<double>(1 + below(100)) / 100;
}

Plan Generator::generate() {
  static constexpr std::array kScales{1, 1, 1, 60, 10};
  plan_.scale = one_of(kScales);
  if (chance(10)) plan_.slack = Micros(0);
  plan_.unique = chance(15);
  if (chance(8)) plan_.key = {"recipient"};
  if (chance(8)) plan_.key = {"sender", "recipient", "envid"};
  restless_ = chance(35);
  own_ids_ = chance(80);
  const std::size_t messages = 1 + below(4);
  Micros at{1'000'000};
  for (std::size_t i = 1; i <= messages; ++i) {
    send(message(i), at);
    at += gap();
  }
  std::stable_sort(plan_.visits.begin(), plan_.visits.end(), [](const auto& a, const auto& b) {
    return a.at < b.at;
  });
  Micros last = plan_.visits.back().at;
  for (const Visit& visit : plan_.visits) {
    if (!visit.transfers.empty()) last = std::max(last, end_of(visit.transfers.back()).at);
  }
  marks(last);
  plan_.watched = chance(30) ? Micros(0) : gap() * (chance(50) ? 1 : 4);
  plan_.over = chance(60);
  return std::move(plan_);
}

}  // namespace

Plan random_plan(std::uint64_t seed) {
  return Generator(seed).generate();
}

}  // namespace verify::histories
