#include "config_describe.hpp"

#include <latchkey/app/config_paths.hpp>

#include <type_traits>

namespace latchkey::app {
namespace {

// The visitor that keeps the values of keys that are paths.
class path_lister {
 public:
  path_lister(std::string prefix, std::vector<named_path>& found)
      : prefix_{std::move(prefix)}, found_{found} {}

  template <class T, class Rule>
  void value(std::string_view name, T& member, const Rule&, std::string_view) {
    if constexpr (std::is_same_v<T, std::filesystem::path>) add(name, member);
  }

  template <class T, class Rule>
  void list(std::string_view name, std::vector<T>& members, const Rule&, std::size_t,
            std::string_view) {
    if constexpr (std::is_same_v<T, std::filesystem::path>) {
      for (std::size_t i = 0; i < members.size(); ++i) {
        add(std::string{name} + '.' + std::to_string(i), members[i]);
      }
    }
  }

  template <class Section>
  void section(std::string_view name, Section& inner, std::string_view) {
    path_lister deeper{prefix_ + std::string{name} + '.', found_};
    describe(deeper, inner);
  }

  template <class Section>
  void sections(std::string_view name, std::vector<Section>& inner, const rule::tables&) {
    for (std::size_t i = 0; i < inner.size(); ++i) {
      path_lister deeper{prefix_ + std::string{name} + '.' + std::to_string(i) + '.', found_};
      describe(deeper, inner[i]);
    }
  }

  // Their items are names and scalars.
  template <class Item, class Rule>
  void map(std::string_view, std::vector<Item>&, const Rule&, std::string_view) {}

  template <class Function>
  void after_read(const Function&) {}

 private:
  void add(std::string_view name, const std::filesystem::path& path) {
    if (!path.empty()) found_.push_back({prefix_ + std::string{name}, path});
  }

  std::string prefix_;
  std::vector<named_path>& found_;
};

}  // namespace

std::vector<named_path> config_paths(const config& value) {
  auto copy = value;  // the description names members to be read or written
  std::vector<named_path> found;
  path_lister visit{"", found};
  describe(visit, copy);
  return found;
}

}  // namespace latchkey::app
