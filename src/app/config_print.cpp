#include "config_describe.hpp"
#include "config_text.hpp"

#include <latchkey/app/config_print.hpp>

#include <type_traits>

namespace latchkey::app {
namespace {

// The visitor that writes a table within a line.
class inline_printer {
 public:
  template <class T, class Rule>
  void value(std::string_view name, T& member, const Rule& how, std::string_view) {
    text_ += (text_.empty() ? "" : ", ") + std::string{name} + " = " + how.write(member);
  }

  std::string text() const { return "{ " + text_ + " }"; }

 private:
  std::string text_;
};

// The visitor that writes every key; tables get their headings from the path they stand at.
class printer {
 public:
  printer(std::string path, std::string& out) : path_{std::move(path)}, out_{out} {}

  template <class T, class Rule>
  void value(std::string_view name, T& member, const Rule& how, std::string_view) {
    using written = std::conditional_t<std::is_same_v<Rule, rule::number>, std::size_t, T>;
    if (is_hidden(how, member)) {
      out_ += "# " + std::string{name} + " is secret and not shown\n";
      return;
    }
    line(name, how.write(static_cast<written>(member)));
  }

  template <class T, class Rule>
  void list(std::string_view name, std::vector<T>& members, const Rule& how, std::size_t,
            std::string_view) {
    std::string text = "[";
    for (const auto& one : members) {
      if (text.size() > 1) text += ", ";
      text += how.write(one);
    }
    line(name, text + "]");
  }

  template <class Section>
  void section(std::string_view name, Section& inner, std::string_view) {
    const auto path = below(name);
    out_ += "\n[" + path + "]\n";
    printer deeper{path, out_};
    describe(deeper, inner);
  }

  template <class Section>
  void sections(std::string_view name, std::vector<Section>& inner, const rule::tables&) {
    const auto path = below(name);
    for (auto& one : inner) {
      out_ += "\n[[" + path + "]]\n";
      printer deeper{path, out_};
      describe(deeper, one);
    }
  }

  template <class Item>
  void map(std::string_view name, std::vector<Item>& items, const rule::named_items<Item>& how,
           std::string_view) {
    std::string text;
    for (auto& one : items) {
      text += (text.empty() ? "{ " : ", ") + toml_key(one.*how.name) + " = ";
      if (one == how.short_of(one.*how.name, one.*how.single)) {
        text += toml_string(one.*how.single);
      } else {
        inline_printer inner;
        describe(inner, one);
        text += inner.text();
      }
    }
    line(name, text.empty() ? "{}" : text + " }");
  }

  template <class Item>
  void map(std::string_view name, std::vector<Item>& items, const rule::named_lists<Item>& how,
           std::string_view) {
    std::string text;
    for (const auto& one : items) {
      text += (text.empty() ? "{ " : ", ") + toml_key(one.*how.name) + " = [";
      const char* before = "";
      for (const auto& each : one.*how.items) {
        text += before + how.each.write(each);
        before = ", ";
      }
      text += ']';
    }
    line(name, text.empty() ? "{}" : text + " }");
  }

  template <class Function>
  void after_read(const Function&) {}

 private:
  template <class T, class Rule>
  static bool is_hidden(const Rule& how, const T& member) {
    if constexpr (requires { how.hides(member); }) return how.hides(member);
    return how.secret && !(member == T{});
  }
  std::string below(std::string_view name) const {
    return path_.empty() ? std::string{name} : path_ + '.' + std::string{name};
  }
  void line(std::string_view name, const std::string& text) {
    out_ += std::string{name} + " = " + text + '\n';
  }

  std::string path_;
  std::string& out_;
};

}  // namespace

std::string to_toml(const config& value) {
  auto copy = value;  // the description names members to be read or written
  std::string out;
  printer visit{"", out};
  describe(visit, copy);
  out.erase(0, 1);  // the empty line before the first heading
  return out;
}

}  // namespace latchkey::app
