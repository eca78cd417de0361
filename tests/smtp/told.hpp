// What a session has told, as one text: for comparing conversations that differ in how their octets
// came.
#pragma once

#include <string>

#include "smtp/talk.hpp"

namespace smtp_test {

// Everything a session told, but for what depends on when octets came.
inline std::string told_by(const Talk& talk) {
  std::string told;
  for (const auto& question : talk.questions) {
    told += std::to_string(question.offset) + " " + std::string(base::name_of(question.stage)) +
            " " + question.line + (question.reaches_rules ? " rules" : "") +
            (question.behind_refused_mail ? " behind" : "") +
            (question.repeated ? " repeated" : "") + (question.claimed ? " claims" : "") +
            (question.recipient ? " for " + std::to_string(*question.recipient) : "") + " " +
            question.command.address + " " + question.normal.wire;
    if (const auto& auth = question.auth) {
      told += auth->mechanism + " " + auth->user + (auth->begins ? " begins" : "") +
              (auth->ends ? " ends" : "") + "\n";
    }
    if (const auto& message = question.message) {
      told += message->body_hash + " " + message->message_id + " " + std::to_string(message->size) +
              message->headers + "|" + message->content + "\n";
    }
  }
  for (const auto& finding : talk.findings) {
    const auto kind = finding.kind;
    if (kind == smtp::FindingKind::early_talker || kind == smtp::FindingKind::illegal_pipelining)
      continue;
    if (kind == smtp::FindingKind::unoffered_pipelining) continue;
    if (kind == smtp::FindingKind::plaintext_after_starttls) continue;
    if (kind == smtp::FindingKind::data_without_recipients) continue;
    told += std::string(smtp::name_of(kind)) + ": " + finding.detail + "\n";
  }
  return told;
}

}  // namespace smtp_test
