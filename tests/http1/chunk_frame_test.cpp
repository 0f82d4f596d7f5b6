#include <latchkey/http1/chunk_frame.hpp>
#include <latchkey/http1/chunked.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

namespace latchkey::http1 {
namespace {

TEST(chunk_frame, stands_around_the_bytes_where_they_are) {
  chunk_buffer<32> buffer;
  const std::string_view text = "hello, chunks and frames, all";
  std::copy(text.begin(), text.end(), buffer.data());
  const auto framed = buffer.framed(5);
  EXPECT_EQ(framed, "5\r\nhello\r\n");
  EXPECT_EQ(framed.data() + 3, buffer.data());
  EXPECT_EQ(buffer.framed(1), "1\r\nh\r\n");
}

TEST(chunk_frame, leaves_the_bytes_before_its_end_alone) {
  chunk_buffer<16> buffer;
  std::fill_n(buffer.data(), buffer.size(), 'x');
  EXPECT_EQ(buffer.framed(16), "10\r\nxxxxxxxxxxxxxxxx\r\n");
  EXPECT_EQ(std::count(buffer.data(), buffer.data() + 16, 'x'), 16);
}

TEST(chunk_frame, of_every_number_of_digits_is_read_as_the_same_bytes) {
  constexpr std::size_t most = std::size_t{1} << 20U;
  const auto buffer = std::make_unique<chunk_buffer<most>>();
  for (const std::size_t size :
       {1UL, 15UL, 16UL, 255UL, 256UL, 4095UL, 4096UL, 65535UL, 65536UL, most - 1, most}) {
    for (std::size_t i = 0; i < size; ++i) buffer->data()[i] = static_cast<char>(i * 7);
    const std::string sent{buffer->data(), size};
    const auto whole = std::string{buffer->framed(size)} + "0\r\n\r\n";
    chunk_decoder decoder;
    std::string read(whole.size(), '\0');
    const auto made = decoder.decode(whole, read);
    ASSERT_TRUE(made.has_value()) << size;
    EXPECT_TRUE(decoder.done()) << size;
    EXPECT_EQ(made->consumed, whole.size());
    read.resize(made->produced);
    EXPECT_TRUE(read == sent) << size;
  }
}

}  // namespace
}  // namespace latchkey::http1
