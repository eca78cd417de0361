// A client's conversation with a Session in memory: gives bytes, answers every question, keeps all
// that was said.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "smtp/session.hpp"

namespace smtp_test {

// Whether a question is accepted, by its number from 0 (the greeting).
using Decide = std::function<bool(const smtp::Question&, std::size_t number)>;

inline bool as_normal(const smtp::Question& question, std::size_t) {
  return question.normal.positive();
}

// Refuses the first question of a stage that meets rules.
inline Decide refusing(base::Stage stage) {
  return [stage, done = false](const smtp::Question& question, std::size_t) mutable {
    if (done || question.stage != stage || !question.reaches_rules)
      return question.normal.positive();
    done = true;
    return false;
  };
}

class Talk {
 public:
  explicit Talk(smtp::Profile profile = {}, Decide decide = as_normal)
      : session(std::move(profile)), decide_(std::move(decide)) {}

  // Answers what is there to answer, the greeting first.
  void answer_all() {
    while (auto question = session.next()) {
      take_findings();
      const bool accepted = decide_(*question, questions.size());
      questions.push_back(std::move(*question));
      session.answer(accepted);
    }
    take_findings();
  }

  // Gives `bytes` at once (as far as there is room) and answers, up to a handshake. Returns what
  // the replies since say: "250 2.1.0, 354".
  std::string send(std::string_view bytes) {
    answer_all();
    const auto before = questions.size();
    while (!bytes.empty() && !session.awaits_tls()) {
      const auto part = bytes.substr(0, session.room());
      session.received(part);
      bytes.remove_prefix(part.size());
      answer_all();
    }
    std::string said;
    for (auto i = before; i < questions.size(); ++i) {
      const auto& reply = questions[i].normal;
      if (!said.empty()) said += ", ";
      said += std::to_string(reply.code);
      if (!reply.enhanced.empty()) said += " " + reply.enhanced;
    }
    return said;
  }

  // As send(), one octet at a time.
  std::string send_slowly(std::string_view bytes) {
    std::string said;
    for (const char c : bytes) {
      const auto more = send({&c, 1});
      if (!said.empty() && !more.empty()) said += ", ";
      said += more;
    }
    return said;
  }

  // A client up to the accepted RCPT.
  void prepare_data() {
    send("EHLO client.test\r\n");
    send("MAIL FROM:<a@client.test>\r\n");
    send("RCPT TO:<b@receiver.test>\r\n");
  }

  [[nodiscard]] const smtp::Question& last() const { return questions.back(); }

  [[nodiscard]] std::size_t count(smtp::FindingKind kind) const {
    return static_cast<std::size_t>(std::count_if(
        findings.begin(), findings.end(), [&](const smtp::Finding& f) { return f.kind == kind; }
    ));
  }

  // "bare_lf bad_syntax": the kinds found since the last call.
  std::string kinds() {
    std::string names;
    for (; told_ < findings.size(); ++told_) {
      if (!names.empty()) names += " ";
      names += smtp::name_of(findings[told_].kind);
    }
    return names;
  }

  static bool is_about_a_field(const smtp::Finding& finding) {
    using enum smtp::FindingKind;
    return finding.kind == missing_date || finding.kind == missing_from ||
           finding.kind == missing_message_id;
  }

  bool tells_missing_fields = false;
  smtp::Session session;
  std::vector<smtp::Question> questions;
  std::vector<smtp::Finding> findings;

 private:
  void take_findings() {
    auto more = session.take_findings();
    // Most messages here are no more than a few octets.
    if (!tells_missing_fields) std::erase_if(more, is_about_a_field);
    findings.insert(findings.end(), more.begin(), more.end());
  }

  Decide decide_;
  std::size_t told_ = 0;
};

}  // namespace smtp_test
