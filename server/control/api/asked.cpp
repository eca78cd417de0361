// Reading and imagining a question: see the header.
#include "control/api/asked.hpp"

#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "control/api/api.hpp"
#include "control/api/body.hpp"
#include "smtp/healthy.hpp"
#include "smtp/path.hpp"

namespace control::api {

namespace {

using base::Stage;
using document::Diagnostics;
using document::Need;
using document::Node;

constexpr std::size_t kMostRecipients = 1000;
constexpr std::size_t kMostFields = 1000;
constexpr std::string_view kSender = "sender@example.test";
constexpr std::string_view kRecipient = "recipient@example.test";

struct Reading {
  Asked asked{};
  const Node* receiver = nullptr;
  std::optional<Stage> stage{};
};

void read_receiver(const Node& value, Reading& reading, Diagnostics& sink) {
  if (document::want_string(value, "receiver", sink)) reading.receiver = &value;
}

void read_stage(const Node& value, Reading& reading, Diagnostics& sink) {
  const auto word = document::want_word(value, "stage", base::kStageNames, sink);
  if (word) reading.stage = static_cast<Stage>(*word);
}

// "" or "<>": the null sender, where there may be one.
std::optional<std::string> read_address(
    const Node& value, std::string_view name, smtp::PathKind kind, Diagnostics& sink
) {
  auto text = document::want_string(value, name, sink);
  if (!text) return std::nullopt;
  const bool bare = !text->starts_with('<');
  const auto path = bare ? fmt::format("<{}>", *text) : *text;
  const auto parsed = smtp::parse_path(path, kind);
  if (parsed && parsed->rest.empty()) return std::string(parsed->address);
  sink.error(
      value.place,
      fmt::format("'{}' is no address", base::printable(*text, 80)),
      "write it as in MAIL and RCPT: user@example.test"
  );
  return std::nullopt;
}

void read_sender(const Node& value, Reading& reading, Diagnostics& sink) {
  reading.asked.sender = read_address(value, "sender", smtp::PathKind::reverse, sink);
}

void read_recipient(const Node& value, Reading& reading, Diagnostics& sink) {
  const auto given = document::one_or_many(value);
  if (given.size() > kMostRecipients) {
    return sink.error(value.place, fmt::format("at most {} recipients", kMostRecipients));
  }
  for (const Node& one : given) {
    auto address = read_address(one, "recipient", smtp::PathKind::forward, sink);
    if (address) reading.asked.recipients.push_back(std::move(*address));
  }
}

void read_client(const Node& value, Reading& reading, Diagnostics& sink) {
  const auto text = document::want_string(value, "client", sink);
  if (!text) return;
  const auto address = base::parse_ip(*text);
  if (!address) return sink.error(value.place, address.error());
  reading.asked.client = *address;
}

void read_ehlo(const Node& value, Reading& reading, Diagnostics& sink) {
  if (auto text = document::want_string(value, "ehlo", sink)) reading.asked.ehlo = std::move(*text);
}

void read_size(const Node& value, Reading& reading, Diagnostics& sink) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 53;
  reading.asked.size = document::want_integer(value, "size", 0, kMost, sink).value_or(0);
}

// The members of a table of strings.
std::vector<std::pair<std::string, std::string>> read_pairs(
    const Node& value, std::string_view name, Diagnostics& sink
) {
  std::vector<std::pair<std::string, std::string>> out;
  const Node* table = document::want_table(value, name, sink);
  if (table == nullptr) return out;
  if (table->members.size() > kMostFields) {
    sink.error(value.place, fmt::format("'{}' has more than {} members", name, kMostFields));
    return out;
  }
  for (const auto& member : table->members) {
    auto text = document::want_string(member.value, name, sink);
    if (text) out.emplace_back(member.key, std::move(*text));
  }
  return out;
}

// A line end in a value would begin another field.
void read_headers(const Node& value, Reading& reading, Diagnostics& sink) {
  for (const auto& [name, text] : read_pairs(value, "headers", sink)) {
    const bool breaks = (name + text).find_first_of("\r\n") != std::string::npos;
    if (breaks || name.empty() || name.find(':') != std::string::npos) {
      sink.error(
          value.place,
          fmt::format("'{}' is no header field", base::printable(name, 80)),
          "a name without a colon, and a value without line ends"
      );
      continue;
    }
    reading.asked.headers += fmt::format("{}: {}\r\n", name, text);
  }
}

void read_parameters(const Node& value, Reading& reading, Diagnostics& sink) {
  for (auto& [keyword, text] : read_pairs(value, "parameters", sink)) {
    reading.asked.parameters.push_back(
        {.keyword = base::to_upper(keyword), .value = std::move(text)}
    );
  }
}

constexpr std::string_view kText = R"({"type":"string"})";
constexpr std::string_view kTexts =
    R"({"type":"object","maxProperties":1000,"additionalProperties":{"type":"string"}})";

// clang-format off
constexpr document::Row<Reading> kKeys[] = {
    {"receiver",   "NAME",                kText, "which one; may be left out while there is only one", read_receiver},
    {"stage",      "STAGE",               R"({"$ref":"#/components/schemas/Stage"})", "connect, ehlo, mail, rcpt, data, message, ...", read_stage, Need::required},
    {"sender",     "user@example.test",   kText, "of MAIL; <> is the null sender; default sender@example.test", read_sender},
    {"recipient",  "user@example.test",   R"({"type":["string","array"],"items":{"type":"string"},"maxItems":1000})", "of RCPT, or a list at data and message; default recipient@example.test", read_recipient},
    {"client",     "192.0.2.1",           kText, "its address; default 127.0.0.1", read_client},
    {"ehlo",       "client.example.test", kText, "what it says in EHLO; default client.test", read_ehlo},
    {"size",       "N",                   R"({"type":"integer","minimum":0,"maximum":9007199254740992})", "octets of the message", read_size},
    {"headers",    R"({"Subject":"x"})",  kTexts, "fields of the message, at stage message", read_headers},
    {"parameters", R"({"ENVID":"x"})",    kTexts, "of MAIL and RCPT", read_parameters},
};

// clang-format on

bool has_recipients(Stage stage) {
  return stage == Stage::rcpt || stage == Stage::data || stage == Stage::message;
}

void check(const Reading& reading, const Node& body, Diagnostics& sink) {
  const Node* recipient = body.find("recipient");
  if (recipient == nullptr || !reading.stage || !has_recipients(*reading.stage)) return;
  const auto given = document::one_or_many(*recipient).size();
  if (given == 0) sink.error(recipient->place, "there is no recipient", "name one");
  if (reading.stage == Stage::rcpt && given > 1) {
    sink.error(recipient->place, "RCPT has one recipient", "ask for each of them");
  }
}

// What was left out and is there at the stage.
void complete(Asked& asked) {
  const bool rcpts = has_recipients(asked.stage);
  if (!asked.sender && (rcpts || asked.stage == Stage::mail)) asked.sender = kSender;
  if (asked.recipients.empty() && rcpts) asked.recipients.emplace_back(kRecipient);
}

std::shared_ptr<receiver::Receiver> receiver_meant(
    Api& api, const Reading& reading, const Node& body, Diagnostics& sink
) {
  const auto all = api.registry.all();
  const auto names = names_of(all);
  if (reading.receiver != nullptr) {
    auto found = api.registry.find(reading.receiver->text);
    if (!found) {
      const auto& name = reading.receiver->text;
      const auto message = fmt::format("no receiver '{}'", base::printable(name, 80));
      sink.error(reading.receiver->place, message, hint_for(name, names));
    }
    return found;
  }
  if (all.size() == 1) return all.front();
  if (body.find("receiver") == nullptr) {
    sink.error(
        body.place,
        "which receiver is meant?",
        fmt::format("add \"receiver\" with one of: {}", fmt::join(names, ", "))
    );
  }
  return nullptr;
}

// What a healthy server says at a stage.
smtp::Reply normal_at(Stage stage, const smtp::Profile& profile, std::uint64_t size) {
  using smtp::Verb;
  // clang-format off
  constexpr std::array<Verb, base::kStageNames.size()> kVerbs{
      Verb::unknown, Verb::ehlo, Verb::starttls, Verb::auth, Verb::mail, Verb::rcpt,
      Verb::data, Verb::unknown, Verb::rset, Verb::noop, Verb::vrfy, Verb::quit};
  // clang-format on
  if (stage == Stage::connect) return smtp::greeting(profile);
  if (stage == Stage::message) {
    const auto most = profile.size.value_or(0);
    return most != 0 && size > most ? smtp::too_big(profile) : smtp::message_taken(profile);
  }
  return smtp::healthy_answer(profile, kVerbs[static_cast<std::size_t>(stage)]);
}

void add_envelope(Imagined& out, const Asked& asked) {
  auto& envelope = out.envelope;
  envelope.ehlo = asked.ehlo;
  envelope.declared_size = asked.size;
  if (asked.sender && asked.stage != Stage::mail) {
    envelope.has_sender = true;
    envelope.sender = *asked.sender;
    envelope.mail_parameters = asked.parameters;
  }
  if (asked.stage != Stage::message) return;
  out.message.size = asked.size;
  out.message.headers = asked.headers;
}

void add_targets(Imagined& out, const Asked& asked) {
  if (!has_recipients(asked.stage)) return;
  journal::Deliveries::Parameters parameters;
  for (const auto& one : asked.parameters) parameters.emplace_back(one.keyword, one.value);
  for (const auto& recipient : asked.recipients) {
    out.deliveries.push_back(
        asked.receiver->would_be(asked.sender.value_or(""), recipient, parameters)
    );
  }
  for (std::size_t i = 0; i < asked.recipients.size(); ++i) {
    out.query.targets.push_back(
        {.recipient = asked.recipients[i],
         .delivery_key = out.deliveries[i].key,
         .attempt = out.deliveries[i].attempt,
         .parameters = &asked.parameters}
    );
  }
}

}  // namespace

Answer<Asked> asked_in(Api& api, const Call& call) {
  Reading reading;
  reading.asked.client = base::parse_ip("127.0.0.1").value();
  auto& sink = *call.findings;
  document::read_table<Reading>(*call.body, "the body", kKeys, {}, reading, sink);
  check(reading, *call.body, sink);
  reading.asked.receiver = receiver_meant(api, reading, *call.body, sink);
  if (auto error = error_of(sink)) return tl::unexpected(std::move(*error));
  reading.asked.stage = *reading.stage;
  complete(reading.asked);
  return std::move(reading.asked);
}

std::vector<MemberDoc> asked_members() {
  return members_of<Reading>(kKeys);
}

std::unique_ptr<Imagined> imagine(
    const Asked& asked, const receiver::Edition& edition, const receiver::Receiver::Moment& moment
) {
  auto out = std::make_unique<Imagined>();
  const auto stage = asked.stage;
  add_envelope(*out, asked);
  out->client = base::to_string(asked.client);
  auto& query = out->query;
  query.stage = stage;
  query.envelope = &out->envelope;
  query.has_sender = asked.sender.has_value();
  if (asked.sender) query.sender = *asked.sender;
  if (stage == Stage::mail || stage == Stage::rcpt) query.parameters = &asked.parameters;
  query.ehlo = asked.ehlo;
  query.client = asked.client;
  query.size = asked.size;
  if (stage == Stage::message) query.message = &out->message;
  query.receiver_time = moment.receiver_time;
  query.phase = moment.phase;
  query.phase_left = moment.phase_left;
  add_targets(*out, asked);
  const auto& profile = edition.scenario->profile;
  out->normal = normal_at(stage, profile, asked.size);
  out->values.sender = query.sender;
  out->values.client = out->client;
  out->values.hostname = profile.hostname;
  if (!query.targets.empty()) {
    out->values.recipient = query.targets.front().recipient;
    out->values.attempt = query.targets.front().attempt;
  }
  return out;
}

}  // namespace control::api
