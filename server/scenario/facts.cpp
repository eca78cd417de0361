// What is known when: see the header.
#include "scenario/facts.hpp"

namespace scenario {

namespace {

// The stage that brings the knowledge; transactions go through the stages in the order of the
// enumeration.
base::Stage first_stage(Since since) {
  switch (since) {
    case Since::connect: return base::Stage::connect;
    case Since::ehlo: return base::Stage::ehlo;
    case Since::auth: return base::Stage::auth;
    case Since::mail: return base::Stage::mail;
    case Since::rcpt: return base::Stage::rcpt;
    case Since::message: return base::Stage::message;
  }
  return base::Stage::connect;
}

}  // namespace

bool known_at(Since since, base::Stage stage) {
  if (stage > base::Stage::message) return since <= Since::auth;
  return stage >= first_stage(since);
}

std::string known_hint(Since since) {
  switch (since) {
    case Since::connect: return "it is known at every stage";
    case Since::ehlo: return "it is known from ehlo on";
    case Since::auth: return "it is known from auth on";
    case Since::mail: return "it is known at mail, rcpt, data and message";
    case Since::rcpt: return "it is known at rcpt, data and message";
    case Since::message: return "it is known at message only";
  }
  return {};
}

}  // namespace scenario
