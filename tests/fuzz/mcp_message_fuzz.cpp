// MCP messages through the reader that judges them: what it takes is JSON that the tree parser
// reads alike, and says the same of method, name, uri and id.
#include <latchkey/edge/mcp_message.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fuzz/require.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

using latchkey::fuzz::require;
namespace edge = latchkey::edge;
namespace json = boost::json;

namespace {

// The text at that member; nothing where there is none, or another kind.
std::optional<std::string> text_at(const json::object* in, const char* name) {
  if (in == nullptr) return std::nullopt;
  const auto* found = in->if_contains(name);
  if (found == nullptr || !found->is_string()) return std::nullopt;
  return std::string{found->get_string().data(), found->get_string().size()};
}

const json::object* object_at(const json::object* in, const char* name) {
  const auto* found = in == nullptr ? nullptr : in->if_contains(name);
  return found == nullptr ? nullptr : found->if_object();
}

void require_same(const edge::mcp_message& read, const json::object& whole) {
  const auto* params = object_at(&whole, "params");
  const auto* meta = object_at(params, "_meta");
  require(read.method == text_at(&whole, "method").value_or(""), "the method is the body's");
  require(read.name == text_at(params, "name"), "the name is the body's");
  require(read.uri == text_at(params, "uri"), "the uri is the body's");
  require(read.task == text_at(params, "taskId"), "the task is the body's");
  require(read.offered == text_at(params, "protocolVersion"), "the offer is the body's");
  require(read.revision == text_at(meta, "io.modelcontextprotocol/protocolVersion"),
          "the revision is the body's");
  const auto* id = whole.if_contains("id");
  require(read.id == (id == nullptr ? "" : json::serialize(*id)), "the id is the body's");
  require(whole.contains("method") == (read.what != edge::mcp_message::kind::response),
          "what has a method is no response");
  require((id != nullptr) == !read.id.empty(), "an id is told");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto read = edge::read_mcp_message(text);
  json::parse_options options;
  options.max_depth = 64;
  json::error_code error;
  const auto tree = json::parse({text.data(), text.size()}, error, {}, options);
  if (read.fault == edge::mcp_fault::none) {
    require(!error, "nothing is taken that is not JSON");
    require(tree.is_object(), "nothing is taken that is no object");
    require_same(read.message, tree.get_object());
  }
  if (error) require(read.fault == edge::mcp_fault::not_json, "what is not JSON is told as that");
  require(read.fault == edge::mcp_fault::none || !edge::reason(read.fault).empty(),
          "what is refused has a reason");
  return 0;
}
