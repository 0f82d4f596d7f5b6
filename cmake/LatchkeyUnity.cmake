# Which source files are compiled together where LATCHKEY_UNITY is on: most of the time of a build from
# nothing goes into headers, and a group reads them once. What no group names is compiled on its own,
# so a new file needs no entry; a heavy one is worth it. The files of a group share one anonymous
# namespace: they may not define the same name there.

# latchkey_unity(<target> <folder> <files without .cpp...>): one group.
function(latchkey_unity target folder)
  if(NOT LATCHKEY_UNITY OR NOT TARGET ${target})
    return()
  endif()
  list(TRANSFORM ARGN PREPEND ${PROJECT_SOURCE_DIR}/${folder}/ OUTPUT_VARIABLE files)
  list(TRANSFORM files APPEND .cpp)
  list(GET ARGN 0 first)
  string(REPLACE / _ group ${first})
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  set_source_files_properties(${files} TARGET_DIRECTORY ${target} PROPERTIES UNITY_GROUP ${group})
endfunction()

latchkey_unity(latchkey_core src/core
  base64url host_name processors scope_set siphash time)
latchkey_unity(latchkey_jose src/jose
  algorithm check_signatures claim_path claims digest evp issuer_template jose_header)
latchkey_unity(latchkey_jose src/jose
  errc json json_view jws key_set required_claim rsa_public scope_claims)
latchkey_unity(latchkey_jose src/jose
  jwk native_key token token_cache token_entry token_shard token_table verifier)
latchkey_unity(latchkey_async src/async
  background_thread coarse_timers io_pool readiness socket_waits waiters)
latchkey_unity(latchkey_http src/http
  body errc handler html problem)
latchkey_unity(latchkey_http src/http
  request response router target url)
latchkey_unity(latchkey_middleware src/middleware
  access_log deadline known_host recover request_id)
latchkey_unity(latchkey_net src/net
  address client_tls pem_file socket_bio ticket_keys tls_failure)
latchkey_unity(latchkey_net src/net
  resolve tls_names tls_preface tls_tickets transport)
latchkey_unity(latchkey_net src/net
  tls_trial errc)
latchkey_unity(latchkey_net src/net
  transport_client tls)
latchkey_unity(latchkey_http1 src/http1
  chunked errc head_fault head_scanner request_head)
latchkey_unity(latchkey_http1 src/http1
  request_writer response_collector response_head response_reader response_writer)
latchkey_unity(latchkey_client src/client
  dial errc exchange https_client read_response)
latchkey_unity(latchkey_client src/client
  further_fields proxy)
latchkey_unity(latchkey_server src/server
  client_counts errc request_body request_buffers server session worker)
latchkey_unity(latchkey_app src/app
  certificate_check config config_check config_check_keys config_keys config_load key_set_fault
  config_print)
latchkey_unity(latchkey_app src/app
  config_check_tokens config_override config_rules config_text issuer_rules preset bounded_sink)
latchkey_unity(latchkey_app src/app
  config_read config_report documents handlers/docs handlers/health handlers/log
  handlers/metrics)
latchkey_unity(latchkey_app src/app
  handlers/notes handlers/operator_only handlers/reload handlers/scopes handlers/status
  handlers/token key_log)
latchkey_unity(latchkey_app src/app
  key_metrics line_target line_writer log log_metrics openapi reload)
latchkey_unity(latchkey_app src/app
  metrics_text process_metrics routes status_html status_json syslog_target)
latchkey_unity(latchkey_cli src/programs
  latchkey/config_commands latchkey/descriptors latchkey/graph_token latchkey/healthcheck
  latchkey/issuer_settings latchkey/run)
latchkey_unity(latchkey_cli src/programs
  latchkey/show latchkey/signals latchkey/token_inspect latchkey/token_verify
  latchkey/watched_files)
latchkey_unity(latchkey_cli src/programs
  doctor/judge_keys doctor/judge_machine doctor/judge_token doctor/local_checks)
latchkey_unity(latchkey_cli src/programs
  doctor/doctor_command init/init_command)
latchkey_unity(latchkey_cli src/programs
  doctor/certificate_facts doctor/certificate_names doctor/judge_certificate doctor/judge_clock
  doctor/judge_way doctor/listening doctor/report)
latchkey_unity(latchkey_cli src/programs
  doctor/doctor doctor/issuer_checks doctor/network_checks doctor/network_task doctor/probe
  doctor/upstream_checks)
latchkey_unity(latchkey_cli src/programs
  init/configuration_text init/form init/init init/issuer_text init/new_file)
latchkey_unity(latchkey src/programs
  latchkey latchkey/deployment latchkey/issuer_keys latchkey/issuers latchkey/key_log
  latchkey/reloader latchkey/serve latchkey/shutdown)
latchkey_unity(latchkey_issuer_parts src/programs/issuer
  authorization cli cli_serve client_proof codes control_client entity_tag)
latchkey_unity(latchkey_issuer_parts src/programs/issuer
  fault fault_kind fault_listener fault_switch serve)
latchkey_unity(latchkey_issuer_parts src/programs/issuer
  fault_answer fault_certificates fault_raw form gzip key_file mint)
latchkey_unity(latchkey_issuer_parts src/programs/issuer
  key_ring page provider provider_control)
latchkey_unity(latchkey_issuer_parts src/programs/issuer
  provider_fault provider_sign_in provider_token)
latchkey_unity(latchkey_bench_load bench
  load/answer_head load/answer_reader load/burst load/connection)
latchkey_unity(latchkey_bench_load bench
  load/errc load/histogram load/open_loop)
latchkey_unity(latchkey_bench_report bench
  report/chart report/curves report/files report/html report/json_report report/limits)
latchkey_unity(latchkey_bench_report bench
  report/hdr report/versus)
latchkey_unity(latchkey_bench_run bench
  run/body run/collector run/connect_to run/first_answer run/load_url run/origins
  run/load_worker run/tally)
latchkey_unity(latchkey_bench_run bench
  run/expectation run/idp run/options run/workload)
latchkey_unity(latchkey_bench_run bench
  run/load_run run/provider_script)
latchkey_unity(latchkey_bench_harness bench
  common/run_to_end harness/certificate harness/child harness/free_port harness/scratch_folder)
latchkey_unity(latchkey_bench_harness bench
  harness/issuer_process harness/server_process harness/test_env)
latchkey_unity(latchkey_bench_idp_faults bench
  idp_faults/catalogue idp_faults/certificate_cases idp_faults/drip_cases idp_faults/idp_faults
  idp_faults/judge)
latchkey_unity(latchkey_bench_idp_faults bench
  idp_faults/fault_kind_cases idp_faults/memory_cases idp_faults/report
  idp_faults/rotating_load_cases idp_faults/run_cases idp_faults/steady_load)
latchkey_unity(latchkey_bench_idp_faults bench
  idp_faults/neighbour_cases idp_faults/start_cases idp_faults/unknown_kid_cases)
latchkey_unity(latchkey_bench_client_faults bench
  client_faults/beside client_faults/catalogue client_faults/client_faults
  client_faults/bad_clients client_faults/flood_clients)
latchkey_unity(latchkey_bench_client_faults bench
  client_faults/judge client_faults/raw_socket client_faults/rude_clients client_faults/tls_peer)
latchkey_unity(latchkey_bench_parts bench
  common/descriptors common/interrupt common/machine common/output_file common/page
  common/progress common/statistics)
latchkey_unity(latchkey_bench_parts bench
  common/text_file common/text_table verify/batch_cases verify/cases verify/json_report
  verify/measure verify/options)
latchkey_unity(latchkey_bench_parts bench
  verify/cached_case verify/raw_openssl verify/steps verify/text_report verify/token_set)
latchkey_unity(latchkey_bench_compare bench
  compare/compare compare/configs compare/figures compare/html compare/json compare/markdown
  compare/options)
latchkey_unity(latchkey_bench_compare bench
  compare/load_call compare/programs compare/rounds compare/scenarios)
latchkey_unity(latchkey_bench_compare bench
  compare/tables compare/testbed)
latchkey_unity(latchkey_bench_cli bench
  cli/command_line cli/compare_command cli/fault_commands cli/load_command cli/report_command
  cli/verify_command)
latchkey_unity(latchkey_core_tests tests/core
  base64url_test every_byte_test host_name_test scope_set_test siphash_test
  time_test)
latchkey_unity(latchkey_jose_tests tests/jose
  algorithm_test check_signatures_test claim_path_test claims_test digest_test errc_test
  json_suite_test)
latchkey_unity(latchkey_jose_tests tests/jose
  cost_test issuer_template_test json_view_test required_claim_test signing_key_test)
latchkey_unity(latchkey_jose_tests tests/jose
  json_test rsa_public_test scope_claims_test)
latchkey_unity(latchkey_jose_tests tests/jose
  jwk_test token_cache_test)
latchkey_unity(latchkey_jose_tests tests/jose
  jws_test signature_vectors_test token_cache_memory_test)
latchkey_unity(latchkey_jose_tests tests/jose
  key_set_test rsa_batch_test)
latchkey_unity(latchkey_jose_tests tests/jose
  verifier_test signature_test)
latchkey_unity(latchkey_async_tests tests/async
  background_thread_test coarse_timers_test io_pool_test per_thread_test readiness_test
  socket_waits_test)
latchkey_unity(latchkey_http_tests tests/http
  body_test handler_test response_test router_test target_test url_test)
latchkey_unity(latchkey_net_tests tests/net
  address_test client_tls_test pem_file_test resolve_test ticket_keys_test tls_budget_test)
latchkey_unity(latchkey_net_tests tests/net
  tls_names_test tls_preface_test tls_test)
latchkey_unity(latchkey_http1_tests tests/http1
  chunked_test head_fault_test request_head_test request_writer_test response_collector_test
  response_differential_test)
latchkey_unity(latchkey_http1_tests tests/http1
  response_head_test response_vectors_test response_writer_test)
latchkey_unity(latchkey_http1_tests tests/http1
  response_reader_test vectors_test)
latchkey_unity(latchkey_client_tests tests/client
  dial_test further_fields_test https_client_answers_test https_client_deadlines_test
  https_client_proxy_test https_client_test https_client_tls_test proxy_test)
latchkey_unity(latchkey_server_tests tests/server
  client_counts_test connection_limits_test request_buffers_test server_test)
latchkey_unity(latchkey_app_tests tests/app
  certificate_check_test config_check_keys_test config_override_test config_schema_test)
latchkey_unity(latchkey_app_tests tests/app
  docs_test line_target_test line_writer_test log_route_test log_test metrics_test
  metrics_text_test)
latchkey_unity(latchkey_app_tests tests/app
  openapi_test preset_test reload_test config_check_test config_test)
latchkey_unity(latchkey_programs_tests tests/programs
  cli_test descriptors_test healthcheck_test issuer_settings_test token_commands_test
  watched_files_test)
latchkey_unity(latchkey_issuer_tests tests/issuer
  authorization_test cli_test codes_test entity_tag_test fault_test)
latchkey_unity(latchkey_issuer_tests tests/issuer
  control_test form_test mint_test provider_test)
latchkey_unity(latchkey_bench_tests tests/bench
  child_test cli_test client_faults_test compare_report_test load_connection_test
  load_parts_test load_report_test)
latchkey_unity(latchkey_bench_tests tests/bench
  compare_test idp_faults_test options_test provider_script_test report_test run_parts_test
  run_to_end_test)
latchkey_unity(latchkey_bench_tests tests/bench
  free_port_test cases_test statistics_test text_table_test token_set_test)
latchkey_unity(latchkey_auth src/auth
  authenticate bearer cache_control challenge discovery errc jwks_client jwks_fetch)
latchkey_unity(latchkey_auth src/auth
  client_shares jwks_refresh_loop jwks_settings jwks_state key_checks key_file key_source
  thread_verifiers)
latchkey_unity(latchkey_auth src/auth
  key_state refresh_policy require_scope same_origin token_place trusted_issuers verify_queue)
latchkey_unity(latchkey_auth_tests tests/auth
  authenticate_test bearer_test cache_control_test challenge_test client_shares_test
  discovery_test jwks_settings_test)
latchkey_unity(latchkey_auth_tests tests/auth
  jwks_client_test jwks_client_threads_test key_checks_test key_file_test refresh_model_test
  same_origin_test)
latchkey_unity(latchkey_auth_tests tests/auth
  jwks_fetch_test shortage_test token_place_test)
latchkey_unity(latchkey_auth_tests tests/auth
  key_source_test refresh_policy_test verify_queue_test)
latchkey_unity(latchkey_edge src/edge
  connect exchange exchange_attempt exchange_body forward place)
latchkey_unity(latchkey_edge src/edge
  exchange_tunnel pool problem upstream upstream_watch)
latchkey_unity(latchkey_edge src/edge
  address_health balance claim_headers claim_json errc field_list)
latchkey_unity(latchkey_edge src/edge
  answer_fields field_names forwarded history path_rules pool_policy token_removal)
latchkey_unity(latchkey_edge src/edge
  header_rules header_settings retry_policy route_findings)
latchkey_unity(latchkey_edge_tests tests/edge
  address_health_test answer_fields_test field_names_test pool_policy_test problem_test)
latchkey_unity(latchkey_edge_tests tests/edge
  balance_test claim_headers_test header_settings_test path_rules_test route_findings_test)
latchkey_unity(latchkey_edge_tests tests/edge
  forwarded_test header_rules_test retry_policy_test)
latchkey_unity(latchkey_edge_tests tests/edge
  forward_request_test pool_test)
latchkey_unity(latchkey_edge_tests tests/edge
  forward_stop_test upstream_test)
latchkey_unity(latchkey_edge_tests tests/edge
  forward_test place_test workspace_test)
latchkey_unity(latchkey_app src/app
  config_check_edge config_check_routes config_forwarding config_metrics)
latchkey_unity(latchkey_app src/app
  certificate_outlook loaded_files route_explanation route_handlers route_table)
latchkey_unity(latchkey_app src/app
  metric_table reference upstream_metrics verify_metrics)
latchkey_unity(latchkey_trace src/trace
  context export_policy http_attributes otlp_json request_trace sampler span)
latchkey_unity(latchkey_trace src/trace
  exporter span_queue span_store)
latchkey_unity(latchkey_net src/net
  client_certificate client_judgement client_rules)
latchkey_unity(latchkey_net src/net
  dns_ttl key_pair network)
latchkey_unity(latchkey_net src/net
  proxy_header proxy_header_write transport_proxy)
latchkey_unity(latchkey_middleware src/middleware
  answer_headers cors cors_policy rate_limit require_certificate trace_request)
latchkey_unity(latchkey_middleware src/middleware
  body_limits limit_store limit_table token_bucket)
latchkey_unity(latchkey_server src/server
  connection forwarded_client http1_answer interim_writer worker_counts)
latchkey_unity(latchkey_edge src/edge
  certificate_headers client_span sent_proxy_header)
latchkey_unity(latchkey_app src/app
  config_check_clients config_check_guards config_check_trace config_paths config_schema)
latchkey_unity(latchkey_app src/app
  limit_metrics refusal_sampler request_counts request_metrics)
latchkey_unity(latchkey_app src/app
  server_span status_issuer_html status_traffic_html traffic)
latchkey_unity(latchkey_core_tests tests/core
  client_network_test file_test processors_test text_counts_test)
latchkey_unity(latchkey_app_tests tests/app
  metric_table_test request_counts_test request_metrics_test traffic_test upstream_metrics_test)
latchkey_unity(latchkey_trace_tests tests/trace
  context_test export_policy_test exporter_test http_attributes_test otlp_json_test
  request_trace_test span_queue_test)
latchkey_unity(latchkey_embed src/embed
  api_server issuer_clients refusal token_verifier)
latchkey_unity(latchkey_embed_tests tests/embed
  api_server_test refusal_test token_verifier_test)
latchkey_unity(latchkey_documents src/programs
  command_outline completion document_commands manual_page)
latchkey_unity(latchkey_doctor_tests tests/doctor
  certificate_facts_test judge_clock_test judge_keys_test judge_way_test listening_test report_test)
latchkey_unity(latchkey_doctor_tests tests/doctor
  judge_certificate_test judge_machine_test)
latchkey_unity(latchkey_init_tests tests/init
  form_test init_test new_file_test)
