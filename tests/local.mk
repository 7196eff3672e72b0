# Tests. Unit programs print TAP through tests/harness; scripts print TAP themselves.
AM_TESTS_ENVIRONMENT = \
	G_DEBUG=fatal-warnings G_SLICE=always-malloc \
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
	CC='$(CC)' NM='$(NM)' CLANG_FORMAT='$(CLANG_FORMAT)' MANDOC='$(MANDOC)' \
	PROGRAMS='$(bin_PROGRAMS)' MANS='$(dist_man_MANS)'; \
	export G_DEBUG G_SLICE top_srcdir top_builddir CC NM CLANG_FORMAT MANDOC PROGRAMS MANS;
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
TEST_EXTENSIONS = .sh

check_LIBRARIES = libnp-harness.a
libnp_harness_a_SOURCES = %D%/harness.c %D%/harness.h

# What every unit program of the pure library links by default: nothing that could touch a socket.
LDADD = libnp-harness.a libnp-pure.a $(CUNIT_LIBS) $(GLIB_LIBS) -lm

check_PROGRAMS += %D%/test-core-outbox
check_PROGRAMS += %D%/test-nat-behaviour
check_PROGRAMS += %D%/test-nat-profile
check_PROGRAMS += %D%/test-nat-verdict
check_PROGRAMS += %D%/test-util-endpoint
check_PROGRAMS += %D%/test-util-reader
check_PROGRAMS += %D%/test-util-rng
check_PROGRAMS += %D%/test-util-secret
check_PROGRAMS += %D%/test-util-writer
check_PROGRAMS += %D%/test-util-address
check_PROGRAMS += %D%/test-util-heap

# Structure: what the compiler cannot see.
EXTRA_DIST += %D%/tap.sh
dist_check_SCRIPTS += %D%/check-checks.sh
dist_check_SCRIPTS += %D%/check-format.sh
dist_check_SCRIPTS += %D%/check-layers.sh
dist_check_SCRIPTS += %D%/check-man.sh
dist_check_SCRIPTS += %D%/check-names.sh
dist_check_SCRIPTS += %D%/check-purity.sh
libnp_harness_a_SOURCES += %D%/fixture-stun.c %D%/fixture-stun.h
check_PROGRAMS += %D%/test-stun-address
check_PROGRAMS += %D%/test-stun-attribute
check_PROGRAMS += %D%/test-stun-builder
check_PROGRAMS += %D%/test-stun-credential
check_PROGRAMS += %D%/test-stun-fingerprint
check_PROGRAMS += %D%/test-stun-integrity
check_PROGRAMS += %D%/test-stun-message
check_PROGRAMS += %D%/test-punch-odds
check_PROGRAMS += %D%/test-punch-outlook

# Programs of the real host link it in front of the pure library.
check_LIBRARIES += libnp-io-harness.a
libnp_io_harness_a_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE
libnp_io_harness_a_SOURCES = %D%/fixture-namespace.c %D%/fixture-namespace.h
libnp_io_harness_a_SOURCES += %D%/fixture-rig.c %D%/fixture-rig.h
libnp_io_harness_a_SOURCES += %D%/fixture-toy.c %D%/fixture-toy.h
libnp_io_harness_a_SOURCES += %D%/fixture-trace.c %D%/fixture-trace.h
IO_LDADD = libnp-harness.a libnp-io-harness.a libnp-io.a libnp-pure.a $(CUNIT_LIBS) $(GIO_LIBS) $(GLIB_LIBS) -lm
check_PROGRAMS += %D%/test-io-firewall
tests_test_io_firewall_LDADD = $(IO_LDADD)
check_PROGRAMS += %D%/test-io-udp
tests_test_io_udp_LDADD = $(IO_LDADD)
check_PROGRAMS += %D%/test-io-icmp
tests_test_io_icmp_LDADD = $(IO_LDADD)
check_PROGRAMS += %D%/test-core-bucket
check_PROGRAMS += %D%/test-core-limiter
check_PROGRAMS += %D%/test-stun-cookie
check_PROGRAMS += %D%/test-stun-grid
check_PROGRAMS += %D%/test-stun-responder
check_PROGRAMS += %D%/test-stun-stream

libnp_harness_a_SOURCES += %D%/fixture-law.c %D%/fixture-law.h
check_PROGRAMS += %D%/test-nat-law
check_PROGRAMS += %D%/test-nat-law-chain
check_PROGRAMS += %D%/test-nat-law-range
check_PROGRAMS += %D%/test-nat-law-sequence
check_PROGRAMS += %D%/test-io-interfaces
tests_test_io_interfaces_LDADD = $(IO_LDADD)
check_PROGRAMS += %D%/test-io-notify
tests_test_io_notify_LDADD = $(IO_LDADD)
check_PROGRAMS += %D%/test-io-resolver
tests_test_io_resolver_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_test_io_resolver_LDADD = $(IO_LDADD)
check_PROGRAMS += %D%/test-io-route
tests_test_io_route_LDADD = $(IO_LDADD)
check_PROGRAMS += %D%/test-nat-rfc3489

# The report's own, with json-glib.
report_cflags = $(AM_CFLAGS) $(JSON_CFLAGS)
report_ldadd = libnp-harness.a libnp-report.a libnp-pure.a $(JSON_LIBS) $(CUNIT_LIBS) $(GLIB_LIBS) -lm
check_PROGRAMS += %D%/test-report-axes
%C%_test_report_axes_CFLAGS = $(report_cflags)
%C%_test_report_axes_LDADD = $(report_ldadd)
check_PROGRAMS += %D%/test-report-expect
%C%_test_report_expect_CFLAGS = $(report_cflags)
%C%_test_report_expect_LDADD = $(report_ldadd)
check_PROGRAMS += %D%/test-report-text
%C%_test_report_text_CFLAGS = $(report_cflags)
%C%_test_report_text_LDADD = $(report_ldadd)
check_PROGRAMS += %D%/test-report-document
%C%_test_report_document_CFLAGS = $(report_cflags)
%C%_test_report_document_LDADD = $(report_ldadd)
check_PROGRAMS += %D%/test-report-format
%C%_test_report_format_CFLAGS = $(report_cflags)
%C%_test_report_format_LDADD = $(report_ldadd)
check_PROGRAMS += %D%/test-report-html
%C%_test_report_html_CFLAGS = $(report_cflags)
%C%_test_report_html_LDADD = $(report_ldadd)
check_PROGRAMS += %D%/test-report-json
%C%_test_report_json_CFLAGS = $(report_cflags)
%C%_test_report_json_LDADD = $(report_ldadd)
check_PROGRAMS += %D%/test-report-junit
%C%_test_report_junit_CFLAGS = $(report_cflags)
%C%_test_report_junit_LDADD = $(report_ldadd)
check_PROGRAMS += %D%/test-report-markdown
%C%_test_report_markdown_CFLAGS = $(report_cflags)
%C%_test_report_markdown_LDADD = $(report_ldadd)
check_PROGRAMS += %D%/test-report-pcapng
%C%_test_report_pcapng_CFLAGS = $(report_cflags) $(GIO_CFLAGS)
%C%_test_report_pcapng_LDADD = $(report_ldadd) $(GIO_LIBS)
check_PROGRAMS += %D%/test-report-profile
%C%_test_report_profile_CFLAGS = $(report_cflags)
%C%_test_report_profile_LDADD = $(report_ldadd)
check_PROGRAMS += %D%/test-report-tap
%C%_test_report_tap_CFLAGS = $(report_cflags)
%C%_test_report_tap_LDADD = $(report_ldadd)
%C%_test_report_profile_SOURCES = %D%/test-report-profile.c %D%/fixture-report.c %D%/fixture-report.h
check_PROGRAMS += %D%/test-report-finding
%C%_test_report_finding_CFLAGS = $(report_cflags)
%C%_test_report_finding_LDADD = $(report_ldadd)
check_PROGRAMS += %D%/test-report-outlook
%C%_test_report_outlook_CFLAGS = $(report_cflags)
%C%_test_report_outlook_LDADD = $(report_ldadd)
EXTRA_DIST += %D%/golden
check_PROGRAMS += %D%/test-probe-path
check_PROGRAMS += %D%/test-probe-reach
check_PROGRAMS += %D%/test-probe-ask
check_PROGRAMS += %D%/test-probe-server
libnp_harness_a_SOURCES += %D%/fixture-session.c %D%/fixture-session.h
check_PROGRAMS += %D%/test-probe-intake
check_PROGRAMS += %D%/test-probe-session
check_PROGRAMS += %D%/test-io-stream
tests_test_io_stream_LDADD = $(IO_LDADD)
check_PROGRAMS += %D%/test-io-tcp
tests_test_io_tcp_LDADD = $(IO_LDADD)
check_PROGRAMS += %D%/test-io-host
tests_test_io_host_LDADD = $(IO_LDADD)
BENCHES += %D%/bench-law
EXTRA_PROGRAMS += %D%/bench-law
check_PROGRAMS += %D%/test-nat-preset
check_PROGRAMS += %D%/test-nat-spec
check_PROGRAMS += %D%/test-nat-spec-key
check_PROGRAMS += %D%/test-stun-connections
check_PROGRAMS += %D%/test-stun-server
check_PROGRAMS += %D%/test-server-listeners
tests_test_server_listeners_LDADD = libnp-harness.a libnp-server.a libnp-io.a libnp-pure.a \
	$(CUNIT_LIBS) $(GIO_LIBS) $(GLIB_LIBS) -lm
check_PROGRAMS += %D%/test-io-batch
tests_test_io_batch_LDADD = $(IO_LDADD)
check_PROGRAMS += %D%/test-io-descriptors
tests_test_io_descriptors_LDADD = $(IO_LDADD)
check_PROGRAMS += %D%/test-io-why
tests_test_io_why_LDADD = $(IO_LDADD)
check_PROGRAMS += %D%/test-io-entropy
tests_test_io_entropy_LDADD = $(IO_LDADD)
check_PROGRAMS += %D%/test-io-sockaddr
tests_test_io_sockaddr_LDADD = $(IO_LDADD)
check_PROGRAMS += %D%/test-io-toy
tests_test_io_toy_LDADD = $(IO_LDADD)

# Fuzzing. A target is one file; `make fuzz` builds it with all pure sources under libFuzzer, and a
# replay program runs its corpus in `make check`.
FUZZ_CFLAGS = -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZ_BUILD = test -n '$(CLANG)' || { echo 'make fuzz needs clang' >&2; exit 1; }; \
	$(MKDIR_P) $(@D) && $(CLANG) $(FUZZ_CFLAGS) -I$(srcdir)/src -I$(srcdir)/tests $(GLIB_CFLAGS) \
	-DG_LOG_DOMAIN=\"natprobe\" -o $@

EXTRA_DIST += %D%/fuzz/corpus
FUZZERS += %D%/fuzz/fuzz-stun-message
CLEANFILES += %D%/fuzz/fuzz-stun-message
%D%/fuzz/fuzz-stun-message: %D%/fuzz/fuzz-stun-message.c libnp-pure.a
	$(AM_V_GEN)$(FUZZ_BUILD) $(srcdir)/%D%/fuzz/fuzz-stun-message.c $(srcdir)/src/stun/*.c \
		$(srcdir)/src/core/*.c $(srcdir)/src/util/*.c $(GLIB_LIBS) -lm

check_PROGRAMS += %D%/fuzz/replay-stun-message
%C%_fuzz_replay_stun_message_SOURCES = %D%/fuzz/replay.c %D%/fuzz/fuzz.h \
	%D%/fuzz/fuzz-stun-message.c
%C%_fuzz_replay_stun_message_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
%C%_fuzz_replay_stun_message_LDADD = libnp-pure.a $(GLIB_LIBS) -lm
FUZZERS += %D%/fuzz/fuzz-nat-spec
CLEANFILES += %D%/fuzz/fuzz-nat-spec
%D%/fuzz/fuzz-nat-spec: %D%/fuzz/fuzz-nat-spec.c libnp-pure.a libnp-lab.a
	$(AM_V_GEN)$(FUZZ_BUILD) $(srcdir)/%D%/fuzz/fuzz-nat-spec.c $(srcdir)/src/nat/preset.c \
		$(srcdir)/src/nat/spec.c $(srcdir)/src/nat/spec-key.c \
		$(srcdir)/src/nat/product.c \
		$(srcdir)/src/nat/policy.c $(srcdir)/src/nat/behaviour.c \
		$(srcdir)/src/lab/ruleset.c $(srcdir)/src/lab/topology.c $(GLIB_LIBS) -lm

check_PROGRAMS += %D%/fuzz/replay-nat-spec
%C%_fuzz_replay_nat_spec_SOURCES = %D%/fuzz/replay.c %D%/fuzz/fuzz.h %D%/fuzz/fuzz-nat-spec.c
%C%_fuzz_replay_nat_spec_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
%C%_fuzz_replay_nat_spec_LDADD = libnp-lab.a libnp-pure.a $(GLIB_LIBS) -lm

# natprobe in the simulator: one fixture, one program per experiment.
check_LIBRARIES += libnp-probe-harness.a
libnp_probe_harness_a_SOURCES = %D%/fixture-probe.c %D%/fixture-probe.h
libnp_probe_harness_a_SOURCES += %D%/fixture-specimen.c %D%/fixture-specimen.h
libnp_probe_harness_a_SOURCES += %D%/fixture-tally.c %D%/fixture-tally.h
probe_ldadd = libnp-probe-harness.a libnp-harness.a libnp-pure.a $(CUNIT_LIBS) $(GLIB_LIBS) -lm
check_PROGRAMS += %D%/test-probe-allocation
%C%_test_probe_allocation_LDADD = $(probe_ldadd)
check_PROGRAMS += %D%/test-probe-carrier
%C%_test_probe_carrier_LDADD = $(probe_ldadd)
check_PROGRAMS += %D%/test-probe-filtering
%C%_test_probe_filtering_LDADD = $(probe_ldadd)
check_PROGRAMS += %D%/test-probe-hairpin
%C%_test_probe_hairpin_LDADD = $(probe_ldadd)
check_PROGRAMS += %D%/test-probe-mapping
%C%_test_probe_mapping_LDADD = $(probe_ldadd)
check_PROGRAMS += %D%/test-probe-plan
%C%_test_probe_plan_LDADD = $(probe_ldadd)
check_PROGRAMS += %D%/test-probe-unsolicited
%C%_test_probe_unsolicited_LDADD = $(probe_ldadd)
check_PROGRAMS += %D%/scenario-classifier
%C%_scenario_classifier_LDADD = $(probe_ldadd)
BENCHES += %D%/bench-classifier
EXTRA_PROGRAMS += %D%/bench-classifier
%C%_bench_classifier_LDADD = $(probe_ldadd)

# Is natprobe right behind the NATs of the lab? Also what ./quickstart shows.
lab_classify_sources = %D%/lab/pool.c %D%/lab/pool.h
lab_classify_sources += %D%/fixture-tally.c %D%/fixture-tally.h
lab_classify_sources += %D%/lab/trial.c %D%/lab/trial.h
noinst_PROGRAMS += %D%/lab/classify
tests_lab_classify_SOURCES = %D%/lab/classify.c $(lab_classify_sources)
tests_lab_classify_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_lab_classify_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS) $(JSON_CFLAGS)
tests_lab_classify_LDADD = libnp-pure.a $(JSON_LIBS) $(GIO_LIBS) $(GLIB_LIBS) -lm
TESTS += %D%/lab/classify
BENCHES += %D%/lab/bench-lab
EXTRA_PROGRAMS += %D%/lab/bench-lab
tests_lab_bench_lab_SOURCES = %D%/lab/bench-lab.c %D%/lab/contest.c %D%/lab/contest.h
tests_lab_bench_lab_SOURCES += $(lab_classify_sources)
tests_lab_bench_lab_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_lab_bench_lab_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS) $(JSON_CFLAGS)
tests_lab_bench_lab_LDADD = libnp-pure.a $(JSON_LIBS) $(GIO_LIBS) $(GLIB_LIBS) -lm
dist_check_SCRIPTS += %D%/test-natprobed.sh
dist_check_SCRIPTS += %D%/lab/interop-clients.sh
BENCHES += %D%/bench-nat %D%/bench-sim
EXTRA_PROGRAMS += %D%/bench-nat %D%/bench-sim

# The NAT on the bench, and small machines for the simulator.
libnp_harness_a_SOURCES += %D%/fixture-machine.c %D%/fixture-machine.h
libnp_harness_a_SOURCES += %D%/fixture-nat.c %D%/fixture-nat.h
check_PROGRAMS += %D%/test-nat-binding
check_PROGRAMS += %D%/test-nat-end
check_PROGRAMS += %D%/test-nat-error
check_PROGRAMS += %D%/test-nat-filter
check_PROGRAMS += %D%/test-nat-index
check_PROGRAMS += %D%/test-nat-mapping
check_PROGRAMS += %D%/test-nat-memory
check_PROGRAMS += %D%/test-nat-packet
check_PROGRAMS += %D%/test-nat-policy
check_PROGRAMS += %D%/test-nat-pool
check_PROGRAMS += %D%/test-nat-ports
check_PROGRAMS += %D%/test-nat-subscriber
check_PROGRAMS += %D%/test-nat-translator
check_PROGRAMS += %D%/test-nat-wheel
check_PROGRAMS += %D%/test-sim-nat
check_PROGRAMS += %D%/test-sim-host
check_PROGRAMS += %D%/test-sim-link
check_PROGRAMS += %D%/test-sim-network
check_PROGRAMS += %D%/test-sim-packet
check_PROGRAMS += %D%/test-sim-process
check_PROGRAMS += %D%/test-sim-trace
check_PROGRAMS += %D%/test-sim-world

# Labs: NATs of the kernel, measured with plain sockets that share no code with what they judge.
noinst_PROGRAMS += %D%/lab/plain
%C%_lab_plain_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE
plain_sources = %D%/lab/roles.h %D%/lab/socket.h %D%/lab/endpoint.c %D%/lab/answer.c
plain_sources += %D%/lab/ager.c %D%/lab/subject.c
%C%_lab_plain_SOURCES = %D%/lab/plain.c %D%/lab/socket.c $(plain_sources)
%C%_lab_plain_SOURCES += %D%/lab/neighbour.c %D%/lab/observer.c %D%/lab/pinger.c
%C%_lab_plain_LDADD =
noinst_PROGRAMS += %D%/lab/simulated
%C%_lab_simulated_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE
%C%_lab_simulated_SOURCES = %D%/lab/simulated.c $(plain_sources)
%C%_lab_simulated_LDADD = libnp-lab.a libnp-pure.a $(GLIB_LIBS) -lm
EXTRA_DIST += %D%/lab/lab.sh %D%/lab/matrix
dist_check_SCRIPTS += %D%/lab/nat-behaviour.sh
dist_check_SCRIPTS += %D%/lab/natlab.sh
dist_check_SCRIPTS += %D%/lab/model.sh
dist_check_SCRIPTS += %D%/lab/natlab-up.sh
check_PROGRAMS += %D%/test-io-clock
tests_test_io_clock_LDADD = $(IO_LDADD)
check_PROGRAMS += %D%/test-nat-connection
check_PROGRAMS += %D%/test-lab-ruleset
%C%_test_lab_ruleset_LDADD = libnp-lab.a $(LDADD)
check_PROGRAMS += %D%/test-lab-topology
%C%_test_lab_topology_LDADD = libnp-lab.a $(LDADD)
check_PROGRAMS += %D%/test-sim-stream
check_PROGRAMS += %D%/test-sim-tcp
libnp_harness_a_SOURCES += %D%/fixture-raw.c %D%/fixture-raw.h
check_PROGRAMS += %D%/test-nat-checksum
check_PROGRAMS += %D%/test-nat-raw
check_PROGRAMS += %D%/test-nat-rewrite
check_PROGRAMS += %D%/test-nat-router
FUZZERS += %D%/fuzz/fuzz-nat-router
CLEANFILES += %D%/fuzz/fuzz-nat-router
%D%/fuzz/fuzz-nat-router: %D%/fuzz/fuzz-nat-router.c libnp-pure.a
	$(AM_V_GEN)$(FUZZ_BUILD) $(srcdir)/%D%/fuzz/fuzz-nat-router.c $(srcdir)/src/nat/*.c \
		$(srcdir)/src/util/*.c $(GLIB_LIBS) -lm

check_PROGRAMS += %D%/fuzz/replay-nat-router
%C%_fuzz_replay_nat_router_SOURCES = %D%/fuzz/replay.c %D%/fuzz/fuzz.h %D%/fuzz/fuzz-nat-router.c
%C%_fuzz_replay_nat_router_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
%C%_fuzz_replay_nat_router_LDADD = libnp-pure.a $(GLIB_LIBS) -lm

# natprobe among others: servers that misbehave, servers of others, and all that a network may lack.
noinst_PROGRAMS += %D%/lab/bad-server
%C%_lab_bad_server_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE
%C%_lab_bad_server_SOURCES = %D%/lab/bad-server.c
%C%_lab_bad_server_LDADD =
noinst_PROGRAMS += %D%/lab/document
%C%_lab_document_SOURCES = %D%/lab/document.c
%C%_lab_document_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
%C%_lab_document_LDADD = $(JSON_LIBS) $(GLIB_LIBS)
EXTRA_DIST += %D%/lab/judge.sh
dist_check_SCRIPTS += %D%/lab/interop-servers.sh
dist_check_SCRIPTS += %D%/lab/bad-servers.sh
dist_check_SCRIPTS += %D%/lab/natprobe.sh
dist_check_SCRIPTS += %D%/test-natprobe.sh
check_PROGRAMS += %D%/test-nat-product
check_PROGRAMS += %D%/test-rendezvous-message

# Signalling as text, with json-glib.
wire_cflags = $(AM_CFLAGS) $(JSON_CFLAGS)
wire_ldadd = libnp-harness.a libnp-wire.a libnp-pure.a $(JSON_LIBS) $(CUNIT_LIBS) $(GLIB_LIBS) -lm
check_PROGRAMS += %D%/test-wire-message
%C%_test_wire_message_CFLAGS = $(wire_cflags)
%C%_test_wire_message_LDADD = $(wire_ldadd)
check_PROGRAMS += %D%/test-wire-profile
%C%_test_wire_profile_CFLAGS = $(wire_cflags)
%C%_test_wire_profile_LDADD = libnp-report.a $(wire_ldadd)
check_PROGRAMS += %D%/test-wire-text
%C%_test_wire_text_CFLAGS = $(wire_cflags)
%C%_test_wire_text_LDADD = $(wire_ldadd)
check_PROGRAMS += %D%/test-wire-value
%C%_test_wire_value_CFLAGS = $(wire_cflags)
%C%_test_wire_value_LDADD = $(wire_ldadd)
FUZZERS += %D%/fuzz/fuzz-wire-message
CLEANFILES += %D%/fuzz/fuzz-wire-message
%D%/fuzz/fuzz-wire-message: %D%/fuzz/fuzz-wire-message.c libnp-pure.a libnp-wire.a
	$(AM_V_GEN)$(FUZZ_BUILD) $(JSON_CFLAGS) $(srcdir)/%D%/fuzz/fuzz-wire-message.c \
		$(srcdir)/src/wire/message.c $(srcdir)/src/wire/profile.c $(srcdir)/src/wire/text.c \
		$(srcdir)/src/wire/value.c $(srcdir)/src/rendezvous/message.c $(srcdir)/src/nat/*.c \
		$(srcdir)/src/core/*.c $(srcdir)/src/util/*.c $(JSON_LIBS) $(GLIB_LIBS) -lm

check_PROGRAMS += %D%/fuzz/replay-wire-message
%C%_fuzz_replay_wire_message_SOURCES = %D%/fuzz/replay.c %D%/fuzz/fuzz.h \
	%D%/fuzz/fuzz-wire-message.c
%C%_fuzz_replay_wire_message_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
%C%_fuzz_replay_wire_message_CFLAGS = $(wire_cflags)
%C%_fuzz_replay_wire_message_LDADD = libnp-wire.a libnp-pure.a $(JSON_LIBS) $(GLIB_LIBS) -lm
check_PROGRAMS += %D%/test-nat-compose
check_PROGRAMS += %D%/scenario-nat-matrix
check_PROGRAMS += %D%/test-nat-alg
libnp_harness_a_SOURCES += %D%/fixture-desk.c %D%/fixture-desk.h
check_PROGRAMS += %D%/test-rendezvous-call
check_PROGRAMS += %D%/test-rendezvous-order
check_PROGRAMS += %D%/test-rendezvous-registry
check_PROGRAMS += %D%/test-rendezvous-switchboard
check_PROGRAMS += %D%/test-rendezvous-timers
check_PROGRAMS += %D%/test-rendezvous-token
check_PROGRAMS += %D%/test-rendezvous-client
check_PROGRAMS += %D%/test-rendezvous-clock
check_PROGRAMS += %D%/test-rendezvous-consent
check_PROGRAMS += %D%/test-rendezvous-handset
check_PROGRAMS += %D%/test-wire-lines
%C%_test_wire_lines_CFLAGS = $(wire_cflags)
%C%_test_wire_lines_LDADD = $(wire_ldadd)
check_PROGRAMS += %D%/scenario-rendezvous
%C%_scenario_rendezvous_CFLAGS = $(wire_cflags)
%C%_scenario_rendezvous_LDADD = $(wire_ldadd)

# One script for the simulator's TCP and the kernel's.
check_PROGRAMS += %D%/scenario-tcp
%C%_scenario_tcp_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE
%C%_scenario_tcp_LDADD = $(IO_LDADD)
noinst_PROGRAMS += %D%/lab/flood
%C%_lab_flood_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE
%C%_lab_flood_LDADD =
BENCHES += %D%/lab/bench-natlab
EXTRA_PROGRAMS += %D%/lab/bench-natlab
tests_lab_bench_natlab_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tests_lab_bench_natlab_LDADD = $(GIO_LIBS) $(GLIB_LIBS)
