// The routes as text for people: `failmx help routes`.
#include <fmt/format.h>

#include "control/routes.hpp"

namespace control {

namespace {

void describe(std::span<const ParameterDoc> parameters, std::string& out) {
  for (const ParameterDoc& p : parameters) {
    out += fmt::format("      {:<24} {}\n", fmt::format("?{}={}", p.name, p.form), p.doc);
  }
}

void describe(const BodyDoc& body, std::string& out) {
  if (body.members == nullptr) {
    const auto media = fmt::format("{}", fmt::join(body.media, ", "));
    out += fmt::format("      {:<24} {} ({})\n", "the body", body.schema, media);
    return;
  }
  for (const MemberDoc& m : body.members()) {
    const std::string_view must = m.required ? "; required" : "";
    out += fmt::format("      {:<24} {} ({}{})\n", m.name, m.doc, m.form, must);
  }
}

void describe(std::span<const ReplyDoc> replies, std::string& out) {
  for (const ReplyDoc& r : replies) {
    out += fmt::format("      {:<3} {:<20} {}", r.status, r.schema, r.doc);
    if (r.media.size() > 1) out += fmt::format(" ({})", fmt::join(r.media, ", "));
    out += '\n';
  }
}

}  // namespace

std::string describe_routes() {
  std::string out;
  for (const Route& route : routes()) {
    out += fmt::format("  {:<6} {}\n      {}\n", name_of(route.verb), route.pattern, route.doc);
    describe(route.parameters, out);
    if (route.body != nullptr) describe(*route.body, out);
    describe(route.replies, out);
  }
  return out;
}

}  // namespace control
