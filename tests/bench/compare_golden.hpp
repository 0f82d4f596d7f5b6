// What the written forms of whole_sample() in compare_report_test are, byte by byte. To be changed
// only where a column, a row or a chart is meant to change.
#pragma once

#include <string_view>

namespace latchkey::bench::compare::golden {

inline constexpr std::string_view markdown = R"(## latchkey compared

- A <cpu> \| 1, 2 cores, Linux; 2026-01-02T03:04:05Z.
- latchkey: 0.1.0.
- HAProxy: 2.6.
- bare Beast hello: Boost 1.81.
- One worker each on a core of its own, the load client on another, over loopback; 64 TLS connections; 2 rounds of 1 s, the servers in turn; medians (least-most).
- (*) The load client could do no more: the server's requests/s may be higher. CPU per request does not depend on it.
- Left out: nginx is not there: apt-get install nginx-light.
- Again: latchkey-bench compare --rounds 2 --seconds 1

### hot: 16 tokens

| server | requests/s | server CPU per request, us | resident memory, MiB |
|---|--:|--:|--:|
| latchkey (*) | 20,000 (19,000-21,000) | 30.0 (29.0-31.0) | 8.6 |
| HAProxy | 10,000 | 60.0 | 28.6 |
| bare Beast hello | - | - | - |

### hot: latency in open loop at 70 percent of the lesser peak

| server | requests/s | p50, ms | p99, ms | latchkey p50, ms | latchkey p99, ms | dropped, latchkey's |
|---|--:|--:|--:|--:|--:|--:|
| HAProxy | 7,000 | 0.40 | 2.20 | 0.20 | 1.10 | 12, 0 |

### distinct: 64 tokens

| server | requests/s | server CPU per request, us | resident memory, MiB |
|---|--:|--:|--:|
| latchkey | 9,050 (9,000-9,100) | 96.1 (95.0-97.2) | 7.9 (7.6-8.1) |
| HAProxy | - | - | - |
| bare Beast hello (*) | 31,250 (31,000-31,500) | 20.5 (20.0-21.0) | 4.8 (4.8-4.8) |

### distinct: latency in open loop at 70 percent of the lesser peak

| server | requests/s | p50, ms | p99, ms | latchkey p50, ms | latchkey p99, ms | dropped, latchkey's |
|---|--:|--:|--:|--:|--:|--:|
| bare Beast hello | 6,300 | 0.10 | 0.70 | 0.40 (0.30-0.50) | 2.00 (1.90-2.10) | 0, 3 |

### Connections

| server | handshakes/s | server CPU per handshake, us | resumed/s | server CPU per resumed one, us | memory of an idle connection, KiB |
|---|--:|--:|--:|--:|--:|
| latchkey | 3,000 | 300.0 | - | - | 11.2 (11.0-11.5) |
| HAProxy | 1,500 | 400.0 | - | - | 30.0 |

### A request over 64 and over 5,000 connections, hot tokens

| server | 64: server CPU per request, us | 5,000: the same | CPU, of the first | 64: requests/s | 5,000: the same |
|---|--:|--:|--:|--:|--:|
| latchkey | 30.0 | 33.0 | 1.10 | 20,000 | 18,000 |
| HAProxy | 60.0 | 99.0 | 1.65 | 10,000 | 5,000 |

### latchkey divided by the other

| figure | HAProxy | bare Beast hello |
|---|--:|--:|
| hot: requests/s | 2.00 | - |
| hot: CPU per request | 0.50 | - |
| hot: p50, same rate | 0.50 | - |
| hot: p99, same rate | 0.50 | - |
| hot: resident memory | 0.30 | - |
| distinct: requests/s | - | 0.29 |
| distinct: CPU per request | - | 4.69 |
| distinct: p50, same rate | - | 4.00 |
| distinct: p99, same rate | - | 2.86 |
| distinct: resident memory | - | 1.65 |
| handshakes/s | 2.00 | - |
| CPU per handshake | 0.75 | - |
| memory of an idle connection | 0.38 | - |
| CPU per request, many connections | 0.33 | - |

### latchkey alone

| setting | requests/s | server CPU per request, us | requests/s, of the first | CPU, of the first |
|---|--:|--:|--:|--:|
| 1 worker | 20,000 | 30.0 | 1 | 1 |
| 2 workers | 38,000 | 33.0 | 1.90 | 1.10 |
)";

inline constexpr std::string_view json =
    R"({"started":"2026-01-02T03:04:05Z","stopped":false,)"
    R"("command":"latchkey-bench compare --rounds 2 --seconds 1",)"
    R"("machine":{"cpu":"A <cpu> | 1","cores":2,"system":"Linux","compiler":"gcc",)"
    R"("openssl":"3.0","latchkey":"0.1.0","optimised":true},"versions":{"latchkey":"0.1.0",)"
    R"("haproxy":"2.6","hello":"Boost 1.81"},)"
    R"("left_out":["nginx is not there: apt-get install nginx-light"],)"
    R"("workloads":[{"name":"hot","title":"hot: 16 tokens",)"
    R"("closed_loop":{"latchkey":{"throughput":[2E4,2.1E4,1.9E4],"cpu_per_request":[3E-5,)"
    R"(3.1E-5,2.9E-5],"resident_bytes":[9E6],"load_client_was_bottleneck":true},)"
    R"("haproxy":{"throughput":[1E4],"cpu_per_request":[6E-5],"resident_bytes":[3E7],)"
    R"("load_client_was_bottleneck":false}},"open_loop":{"haproxy":{"rate":7E3,)"
    R"("latchkey":{"p50":[2E-4],"p99":[1.1E-3],"dropped":0},"other":{"p50":[4E-4],)"
    R"("p99":[2.2E-3],"dropped":12}}}},{"name":"distinct","title":"distinct: 64 tokens",)"
    R"("closed_loop":{"latchkey":{"throughput":[9E3,9.1E3],"cpu_per_request":[9.5E-5,)"
    R"(9.725E-5],"resident_bytes":[8E6,8.5E6],"load_client_was_bottleneck":false},)"
    R"("hello":{"throughput":[3.1E4,3.15E4],"cpu_per_request":[2.1E-5,2E-5],)"
    R"("resident_bytes":[5E6,5E6],"load_client_was_bottleneck":true}},)"
    R"("open_loop":{"hello":{"rate":6.3E3,"latchkey":{"p50":[3E-4,5E-4],"p99":[2.1E-3,)"
    R"(1.9E-3],"dropped":3},"other":{"p50":[1E-4],"p99":[7E-4],"dropped":0}}}}],)"
    R"("handshakes":{"latchkey":[3E3],"haproxy":[1.5E3]},)"
    R"("cpu_per_handshake":{"latchkey":[3E-4],"haproxy":[4E-4]},)"
    R"("handshakes_resumed":{},"cpu_per_resumed_handshake":{},)"
    R"("idle_connection_bytes":{"latchkey":[1.1264E4,1.1776E4],"haproxy":[3.072E4]},)"
    R"("connections":{"latchkey":{"few":{"throughput":[2E4],"cpu_per_request":[3E-5],)"
    R"("resident_bytes":[],"load_client_was_bottleneck":false},)"
    R"("many":{"throughput":[1.8E4],"cpu_per_request":[3.3E-5],"resident_bytes":[],)"
    R"("load_client_was_bottleneck":false}},"haproxy":{"few":{"throughput":[1E4],)"
    R"("cpu_per_request":[6E-5],"resident_bytes":[],"load_client_was_bottleneck":false},)"
    R"("many":{"throughput":[5E3],"cpu_per_request":[9.9E-5],"resident_bytes":[],)"
    R"("load_client_was_bottleneck":false}}},"latchkey_alone":[{"what":"workers",)"
    R"("settings":[{"throughput":[2E4],"cpu_per_request":[3E-5],"resident_bytes":[],)"
    R"("load_client_was_bottleneck":false,"title":"1 worker"},{"throughput":[3.8E4],)"
    R"("cpu_per_request":[3.3E-5],"resident_bytes":[],"load_client_was_bottleneck":false,)"
    R"("title":"2 workers"}]}]})";

// From the charts on: the notes above them are Markdown's as well.
inline constexpr std::string_view html = R"page(<div class="charts">
<figure><figcaption>hot: server CPU per request, us (less is better)</figcaption>
<svg viewBox="0 0 520 52" role="img" aria-label="hot: server CPU per request, us (less is better)">
<text x="0" y="17.5">latchkey</text><rect class="own" x="120" y="4.0" width="145.0" height="18" rx="2"/><line class="reach" x1="260.2" x2="269.8" y1="13.0" y2="13.0"/><text x="277.8" y="17.5">30.0</text>
<text x="0" y="43.5">HAProxy</text><rect class="other" x="120" y="30.0" width="290.0" height="18" rx="2"/><line class="reach" x1="410.0" x2="410.0" y1="39.0" y2="39.0"/><text x="418.0" y="43.5">60.0</text>
</svg></figure>
<figure><figcaption>hot: requests/s (more is better)</figcaption>
<svg viewBox="0 0 520 52" role="img" aria-label="hot: requests/s (more is better)">
<text x="0" y="17.5">latchkey</text><rect class="own" x="120" y="4.0" width="276.2" height="18" rx="2"/><line class="reach" x1="382.4" x2="410.0" y1="13.0" y2="13.0"/><text x="418.0" y="17.5">20,000</text>
<text x="0" y="43.5">HAProxy</text><rect class="other" x="120" y="30.0" width="138.1" height="18" rx="2"/><line class="reach" x1="258.1" x2="258.1" y1="39.0" y2="39.0"/><text x="266.1" y="43.5">10,000</text>
</svg></figure>
<figure><figcaption>distinct: server CPU per request, us (less is better)</figcaption>
<svg viewBox="0 0 520 52" role="img" aria-label="distinct: server CPU per request, us (less is better)">
<text x="0" y="17.5">latchkey</text><rect class="own" x="120" y="4.0" width="286.6" height="18" rx="2"/><line class="reach" x1="403.3" x2="410.0" y1="13.0" y2="13.0"/><text x="418.0" y="17.5">96.1</text>
<text x="0" y="43.5">bare Beast hello</text><rect class="other" x="120" y="30.0" width="61.1" height="18" rx="2"/><line class="reach" x1="179.6" x2="182.6" y1="39.0" y2="39.0"/><text x="190.6" y="43.5">20.5</text>
</svg></figure>
<figure><figcaption>distinct: requests/s (more is better)</figcaption>
<svg viewBox="0 0 520 52" role="img" aria-label="distinct: requests/s (more is better)">
<text x="0" y="17.5">latchkey</text><rect class="own" x="120" y="4.0" width="83.3" height="18" rx="2"/><line class="reach" x1="202.9" x2="203.8" y1="13.0" y2="13.0"/><text x="211.8" y="17.5">9,050</text>
<text x="0" y="43.5">bare Beast hello</text><rect class="other" x="120" y="30.0" width="287.7" height="18" rx="2"/><line class="reach" x1="405.4" x2="410.0" y1="39.0" y2="39.0"/><text x="418.0" y="43.5">31,250</text>
</svg></figure>
<figure><figcaption>handshakes/s (more is better)</figcaption>
<svg viewBox="0 0 520 52" role="img" aria-label="handshakes/s (more is better)">
<text x="0" y="17.5">latchkey</text><rect class="own" x="120" y="4.0" width="290.0" height="18" rx="2"/><line class="reach" x1="410.0" x2="410.0" y1="13.0" y2="13.0"/><text x="418.0" y="17.5">3,000</text>
<text x="0" y="43.5">HAProxy</text><rect class="other" x="120" y="30.0" width="145.0" height="18" rx="2"/><line class="reach" x1="265.0" x2="265.0" y1="39.0" y2="39.0"/><text x="273.0" y="43.5">1,500</text>
</svg></figure>
<figure><figcaption>memory of an idle connection, KiB (less is better)</figcaption>
<svg viewBox="0 0 520 52" role="img" aria-label="memory of an idle connection, KiB (less is better)">
<text x="0" y="17.5">latchkey</text><rect class="own" x="120" y="4.0" width="108.8" height="18" rx="2"/><line class="reach" x1="226.3" x2="231.2" y1="13.0" y2="13.0"/><text x="239.2" y="17.5">11.2</text>
<text x="0" y="43.5">HAProxy</text><rect class="other" x="120" y="30.0" width="290.0" height="18" rx="2"/><line class="reach" x1="410.0" x2="410.0" y1="39.0" y2="39.0"/><text x="418.0" y="43.5">30.0</text>
</svg></figure>
</div>
<h2>hot: 16 tokens</h2>
<div class="wide"><table>
<tr><th>server</th><th>requests/s</th><th>server CPU per request, us</th><th>resident memory, MiB</th></tr>
<tr><td>latchkey (*)</td><td>20,000 (19,000-21,000)</td><td>30.0 (29.0-31.0)</td><td>8.6</td></tr>
<tr><td>HAProxy</td><td>10,000</td><td>60.0</td><td>28.6</td></tr>
<tr><td>bare Beast hello</td><td>-</td><td>-</td><td>-</td></tr>
</table></div>
<h2>hot: latency in open loop at 70 percent of the lesser peak</h2>
<div class="wide"><table>
<tr><th>server</th><th>requests/s</th><th>p50, ms</th><th>p99, ms</th><th>latchkey p50, ms</th><th>latchkey p99, ms</th><th>dropped, latchkey's</th></tr>
<tr><td>HAProxy</td><td>7,000</td><td>0.40</td><td>2.20</td><td>0.20</td><td>1.10</td><td>12, 0</td></tr>
</table></div>
<h2>distinct: 64 tokens</h2>
<div class="wide"><table>
<tr><th>server</th><th>requests/s</th><th>server CPU per request, us</th><th>resident memory, MiB</th></tr>
<tr><td>latchkey</td><td>9,050 (9,000-9,100)</td><td>96.1 (95.0-97.2)</td><td>7.9 (7.6-8.1)</td></tr>
<tr><td>HAProxy</td><td>-</td><td>-</td><td>-</td></tr>
<tr><td>bare Beast hello (*)</td><td>31,250 (31,000-31,500)</td><td>20.5 (20.0-21.0)</td><td>4.8 (4.8-4.8)</td></tr>
</table></div>
<h2>distinct: latency in open loop at 70 percent of the lesser peak</h2>
<div class="wide"><table>
<tr><th>server</th><th>requests/s</th><th>p50, ms</th><th>p99, ms</th><th>latchkey p50, ms</th><th>latchkey p99, ms</th><th>dropped, latchkey's</th></tr>
<tr><td>bare Beast hello</td><td>6,300</td><td>0.10</td><td>0.70</td><td>0.40 (0.30-0.50)</td><td>2.00 (1.90-2.10)</td><td>0, 3</td></tr>
</table></div>
<h2>Connections</h2>
<div class="wide"><table>
<tr><th>server</th><th>handshakes/s</th><th>server CPU per handshake, us</th><th>resumed/s</th><th>server CPU per resumed one, us</th><th>memory of an idle connection, KiB</th></tr>
<tr><td>latchkey</td><td>3,000</td><td>300.0</td><td>-</td><td>-</td><td>11.2 (11.0-11.5)</td></tr>
<tr><td>HAProxy</td><td>1,500</td><td>400.0</td><td>-</td><td>-</td><td>30.0</td></tr>
</table></div>
<h2>A request over 64 and over 5,000 connections, hot tokens</h2>
<div class="wide"><table>
<tr><th>server</th><th>64: server CPU per request, us</th><th>5,000: the same</th><th>CPU, of the first</th><th>64: requests/s</th><th>5,000: the same</th></tr>
<tr><td>latchkey</td><td>30.0</td><td>33.0</td><td>1.10</td><td>20,000</td><td>18,000</td></tr>
<tr><td>HAProxy</td><td>60.0</td><td>99.0</td><td>1.65</td><td>10,000</td><td>5,000</td></tr>
</table></div>
<h2>latchkey divided by the other</h2>
<div class="wide"><table>
<tr><th>figure</th><th>HAProxy</th><th>bare Beast hello</th></tr>
<tr><td>hot: requests/s</td><td>2.00</td><td>-</td></tr>
<tr><td>hot: CPU per request</td><td>0.50</td><td>-</td></tr>
<tr><td>hot: p50, same rate</td><td>0.50</td><td>-</td></tr>
<tr><td>hot: p99, same rate</td><td>0.50</td><td>-</td></tr>
<tr><td>hot: resident memory</td><td>0.30</td><td>-</td></tr>
<tr><td>distinct: requests/s</td><td>-</td><td>0.29</td></tr>
<tr><td>distinct: CPU per request</td><td>-</td><td>4.69</td></tr>
<tr><td>distinct: p50, same rate</td><td>-</td><td>4.00</td></tr>
<tr><td>distinct: p99, same rate</td><td>-</td><td>2.86</td></tr>
<tr><td>distinct: resident memory</td><td>-</td><td>1.65</td></tr>
<tr><td>handshakes/s</td><td>2.00</td><td>-</td></tr>
<tr><td>CPU per handshake</td><td>0.75</td><td>-</td></tr>
<tr><td>memory of an idle connection</td><td>0.38</td><td>-</td></tr>
<tr><td>CPU per request, many connections</td><td>0.33</td><td>-</td></tr>
</table></div>
<h2>latchkey alone</h2>
<div class="wide"><table>
<tr><th>setting</th><th>requests/s</th><th>server CPU per request, us</th><th>requests/s, of the first</th><th>CPU, of the first</th></tr>
<tr><td>1 worker</td><td>20,000</td><td>30.0</td><td>1</td><td>1</td></tr>
<tr><td>2 workers</td><td>38,000</td><td>33.0</td><td>1.90</td><td>1.10</td></tr>
</table></div>
</body></html>
)page";

}  // namespace latchkey::bench::compare::golden
