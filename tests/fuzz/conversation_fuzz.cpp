// Fuzzes whole conversations under scenarios made up from the input: whatever is said and whenever,
// time goes on, what is held is bounded, and the journal tells one story of it. The first octets
// pick the listener, the server and its rules; then an octet 0xFF and the one behind it say what
// happens between what the client says: time passes, it leaves, it resets, TLS fails.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "journal/journal.hpp"
#include "receiver/conversation.hpp"
#include "receiver/receiver.hpp"
#include "scenario/load.hpp"

namespace {

constexpr base::TimePoint kStart{std::chrono::hours(1)};
constexpr std::size_t kMostSteps = 100'000;  // of a conversation that goes on and on by itself
constexpr char kSecret[] = "h1dden-pa55";

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

constexpr std::array<std::string_view, 8> kServers{
    "",
    "extensions = ['PIPELINING', 'SIZE 100', 'CHUNKING', 'BINARYMIME', 'DSN']\n",
    "extensions = ['AUTH PLAIN LOGIN', 'STARTTLS', 'CHUNKING']\n",
    "auth = { users = { u = 'h1dden-pa55' }, required = true }\n",
    "tls = { required = true }\nextensions = ['STARTTLS', 'AUTH PLAIN']\n",
    "auth = { needs_tls = true }\nextensions = ['STARTTLS', 'PIPELINING']\n",
    "end_of_data = 'lax'\nmax_recipients = 2\n",
    "xclient = ['0.0.0.0/0']\ntriggers = true\n",
};

constexpr std::array<std::string_view, 24> kRules{
    "at = 'connect'\ntimes = 1\nreply = '421 4.3.2 No'\n",
    "at = 'connect'\ndo = [{ await_input = true }, { delay = '1s' }]\n",
    "at = 'connect'\nreply = '554 No'\n",
    "at = 'ehlo'\ntimes = 1\nreply = '451 4.3.0 No'\n",
    "at = 'ehlo'\ndo = [{ withhold = ['STARTTLS', 'CHUNKING'] }]\n",
    "at = 'starttls'\ntimes = 1\nreply = '454 4.7.0 No'\n",
    "at = 'starttls'\ndo = [{ alert = 'handshake_failure' }]\n",
    "at = 'starttls'\ndo = [{ delay = '1s' }, { tls = { certificate = 'expired' } }]\n",
    "at = 'starttls'\ndo = [{ healthy = true }, { await_input = true }, { text = 'no' }, { reset = "
    "true }]\n",
    "at = 'auth'\nearly = true\ntimes = 1\nreply = '534 5.7.9 No'\n",
    "at = 'auth'\nmatch = { auth_user = 'u' }\ntimes = 1\nreply = '454 4.7.0 No'\n",
    "at = 'mail'\nmatch = { tls = false }\ntimes = 1\nreply = '530 5.7.0 No'\n",
    "at = 'mail'\nreply = '421 4.3.2 No'\nclose = false\ntimes = 1\n",
    "at = 'rcpt'\nreplies = ['450 4.2.0 No', '250 2.1.5 Yes', '550 5.1.1 No']\n",
    "at = 'rcpt'\ndo = [{ drip = '1s' }]\n",
    "at = 'rcpt'\ntimes = 1\ndo = [{ accept = true }, { half_close = true }]\n",
    "at = 'data'\ntimes = 1\nreply = '452 4.3.1 No'\n",
    "at = 'data'\nafter = 1\ndo = [{ truncate = 2 }]\n",
    "at = 'message'\ntimes = 1\ndo = [{ delay = '2s' }, { accept = true }, { reset = true }]\n",
    "at = 'message'\nmatch = { recipient = 'a@*' }\ndo = [{ accept = true }, { reply = '451 4.3.0 "
    "No' }]\n",
    "at = 'message'\ndo = [{ garbage = 9 }, { healthy = true }]\n",
    "at = 'message'\nchance = 0.5\ndo = [{ stall = true }]\n",
    "at = 'rset'\ndo = [{ slow_read = { bytes = 1, every = '1s' } }]\n",
    "at = 'quit'\ndo = [{ delay = '5s' }, { reply = '500 No' }]\n",
};

scenario::ScenarioPtr scenario_of(std::uint8_t server, std::uint32_t rules) {
  static std::map<std::pair<std::uint8_t, std::uint32_t>, scenario::ScenarioPtr> known;
  if (known.size() > 4000) known.clear();
  auto& found = known[{server, rules}];
  if (found) return found;
  std::string toml = "name = 'fuzz'\n[server]\n";
  toml += kServers[server];
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    if ((rules >> i & 1U) != 0) toml += "[[rule]]\n" + std::string(kRules[i]);
  }
  auto loaded = scenario::load_toml(toml, "fuzz.toml");
  require(loaded.ok(), "the scenario loads");
  found = std::make_shared<const scenario::Scenario>(std::move(*loaded.value));
  return found;
}

class Run {
 public:
  Run(scenario::ScenarioPtr scenario, receiver::Peer peer)
      : journal_(base::WallTime{}),
        receiver_(std::make_shared<receiver::Receiver>(
            "default", std::move(scenario), journal_, kStart, kStart
        )),
        talk_(std::make_unique<receiver::Conversation>(receiver_, std::move(peer), now_)) {
    pump();
  }

  void say(std::string_view octets) {
    unread_ += octets;
    pump();
  }

  void happens(std::uint8_t what) {
    if (over_) return;
    switch (what % 5) {
      case 0: now_ += std::chrono::milliseconds(100) * (what + 1); break;
      case 1: talk_->peer_left(receiver::Left::orderly, now_); break;
      case 2: talk_->peer_left(receiver::Left::reset, now_); break;
      case 3: tls_fails_ = true; break;
      case 4: what > 128 ? talk_->drain(now_) : talk_->timed_out(now_); break;
    }
    pump();
  }

  // The client leaves, and as much time passes as is wished for.
  void finish() {
    for (int i = 0; i < 1000 && !over_; ++i) {
      talk_->peer_left(receiver::Left::orderly, now_);
      pump();
      if (over_) break;
      require(wake_ != base::kNever, "who has been left ends, or waits for a time");
      now_ = std::max(now_, wake_);
      pump();
    }
    require(over_, "a conversation comes to its end");
    talk_.reset();
    check_journal();
  }

 private:
  void pump() {
    for (std::size_t i = 0; !over_; ++i) {
      require(i < kMostSteps, "nothing goes on for ever at one instant");
      const auto wants = talk_->poll(now_);
      wake_ = wants.wake;
      if (!wants.write.empty()) {
        require(wants.write.find(kSecret) == std::string_view::npos, "no secret is said");
        talk_->wrote(wants.write.size(), now_);
      } else if (wants.ending == wire::Ending::half_close) {
        talk_->half_closed();
      } else if (wants.ending == wire::Ending::start_tls) {
        shake_hands();
      } else if (wants.ending != wire::Ending::none) {
        over_ = true;
        talk_->ended(now_);
      } else if (wants.read == 0 || unread_.empty()) {
        return;
      } else {
        const auto part = unread_.substr(0, wants.read);
        unread_.erase(0, part.size());
        talk_->received(part, now_);
      }
    }
  }

  void shake_hands() {
    if (!tls_fails_) return talk_->secured({.version = "TLSv1.3"}, now_);
    talk_->tls_failed("the client refused", {}, now_);
    over_ = true;
    talk_->ended(now_);
  }

  void check_journal() const {
    std::map<journal::Kind, int> counts;
    for (const auto& event : journal_.read({}, 0, 1'000'000).events) {
      ++counts[event->kind];
      const bool secret = event->text.find(kSecret) != std::string::npos ||
                          event->subject.find(kSecret) != std::string::npos;
      // A client may put anything into an address; what it gives as a password is nowhere.
      const bool about_auth = event->stage == base::Stage::auth;
      require(!secret || !about_auth, "no secret is recorded");
    }
    require(counts[journal::Kind::connected] == 1, "the connection begins once");
    require(counts[journal::Kind::ended] == 1, "and ends once");
    require(
        counts[journal::Kind::sent] + counts[journal::Kind::cut] <= counts[journal::Kind::reply],
        "what is sent or cut was a reply"
    );
    for (const auto& attempt : receiver_->attempts(0, 1'000'000)) {
      require(attempt.outcome != journal::Outcome::open, "no attempt stays open");
    }
    require(
        receiver_->status(kStart + std::chrono::hours(1)).open_connections == 0,
        "no connection is left"
    );
  }

  journal::Journal journal_;
  base::TimePoint now_ = kStart;
  std::shared_ptr<receiver::Receiver> receiver_;
  std::unique_ptr<receiver::Conversation> talk_;
  std::string unread_;
  base::TimePoint wake_ = base::kNever;
  bool tls_fails_ = false;
  bool over_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kHead = 4;
  if (size < kHead) return 0;
  // Who says it as a verb or an address has told it to everybody.
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  if (all.find(kSecret) != std::string_view::npos) return 0;
  const std::uint32_t rules = data[1] | static_cast<std::uint32_t>(data[2]) << 8U |
                              static_cast<std::uint32_t>(data[3]) << 16U;
  receiver::Peer peer;
  peer.connection = 1;
  peer.listener = "127.0.0.1:25";
  peer.protocol = (data[0] & 8U) != 0 ? smtp::Protocol::lmtp : smtp::Protocol::smtp;
  peer.tls = static_cast<receiver::TlsMode>(data[0] / 16U % 3U);
  Run run(scenario_of(data[0] & 7U, rules), std::move(peer));
  std::string said;
  for (std::size_t i = kHead; i < size; ++i) {
    if (data[i] != 0xFF || i + 1 == size) {
      said += static_cast<char>(data[i]);
      continue;
    }
    run.say(std::exchange(said, {}));
    run.happens(data[++i]);
  }
  run.say(said);
  run.finish();
  return 0;
}
