/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fixture-report.h"

static const NpNatBehaviour behaviours[FIXTURE_N] = {
    [FIXTURE_CONE] = { .reachable = TRUE,
                       .translated = TRUE,
                       .filtering = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
                       .hairpin = NP_NAT_HAIRPIN_SUPPORTED,
                       .hairpin_needs = NP_NAT_HAIRPIN_NEEDS_BOTH_SEND },
    [FIXTURE_ONE_SERVER] = { .reachable = TRUE, .translated = TRUE },
    [FIXTURE_SYMMETRIC] = { .reachable = TRUE,
                            .translated = TRUE,
                            .mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
                            .filtering = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
                            .law = { .kind = NP_NAT_RANDOM, .first = 1024, .last = 65535 },
                            .cgn = TRUE },
    [FIXTURE_BLOCKED] = { 0 },
};

static void
observe(NpProfile *profile, NpNatAxis axis, double confidence, const char *evidence)
{
    profile->verdicts[axis].confidence = confidence;
    np_verdict_add_evidence(&profile->verdicts[axis], "%s", evidence);
}

static void
leave_unmeasured(NpProfile *profile, NpNatAxis from)
{
    for (guint axis = from; axis < NP_NAT_N_AXES; axis++) {
        np_verdict_clear(&profile->verdicts[axis]);
        np_verdict_init(&profile->verdicts[axis], (NpNatAxis)axis);
    }
}

static void
observe_path(NpProfile *profile)
{
    observe(profile, NP_NAT_AXIS_REACHABLE, 1.0, "4 of 4 requests were answered");
    observe(profile, NP_NAT_AXIS_NAT, 1.0,
            "the servers see 203.0.113.5, which is not an address of this machine");
    observe(profile, NP_NAT_AXIS_FILTERING, 0.9991,
            "3 answers from 192.0.2.1:3479 did not arrive while 3 controls did");
    observe(profile, NP_NAT_AXIS_FILTERING, 0.9991,
            "3 answers from 192.0.2.2:3479 did not arrive while 3 controls did");
    observe(profile, NP_NAT_AXIS_POOLING, 0.99, "16 fresh sockets left from 203.0.113.5");
    observe(profile, NP_NAT_AXIS_UNSOLICITED, 0.998,
            "a packet from 192.0.2.2:3479 that came first changed nothing");
}

static void
fill_cone(NpProfile *profile)
{
    observe_path(profile);
    observe(profile, NP_NAT_AXIS_MAPPING, 0.99998,
            "one socket was seen as 203.0.113.5:40001 by all 4 endpoints");
    observe(profile, NP_NAT_AXIS_ALLOCATION, 0.9999, "8 fresh sockets kept their ports");
    observe(profile, NP_NAT_AXIS_CGN, 0.9, "one hop translates");
}

static void
fill_one_server(NpProfile *profile)
{
    fill_cone(profile);
    np_verdict_leave_open(&profile->verdicts[NP_NAT_AXIS_FILTERING],
                          1u << NP_NAT_ADDRESS_DEPENDENT | 1u << NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
                          0.9991, "a second server address would tell");
    np_verdict_leave_open(&profile->verdicts[NP_NAT_AXIS_UNSOLICITED],
                          np_verdict_anything(NP_NAT_AXIS_UNSOLICITED), 1.0,
                          "a second server address would tell");
    observe(profile, NP_NAT_AXIS_HAIRPIN, 0.999, "3 packets to 203.0.113.5 did not come back");
    np_verdict_lean(&profile->verdicts[NP_NAT_AXIS_HAIRPIN], NP_NAT_HAIRPIN_UNSUPPORTED,
                    1u << NP_NAT_HAIRPIN_UNSUPPORTED | 1u << NP_NAT_HAIRPIN_SUPPORTED_INTERNAL,
                    0.999, "one host cannot see a hairpin that keeps its own address");
}

static void
fill_symmetric(FixtureReport *self)
{
    const NpNatBehaviour firewall = { .reachable = TRUE,
                                      .filtering = NP_NAT_ADDRESS_AND_PORT_DEPENDENT };
    NpAddress address = { 0 };

    observe_path(&self->udp);
    observe(&self->udp, NP_NAT_AXIS_MAPPING, 0.99998,
            "one socket was seen with 4 ports by 4 endpoints of 2 addresses");
    observe(&self->udp, NP_NAT_AXIS_ALLOCATION, 0.9996, "8 ports lie anywhere in 3911-64020");
    observe(&self->udp, NP_NAT_AXIS_HAIRPIN, 0.999, "3 packets to 203.0.113.5 did not come back");
    observe(&self->udp, NP_NAT_AXIS_CGN, 0.95, "two hops translate");
    self->udp.entropy_bits = 15.977;
    np_profile_from_behaviour(&self->udp6, &firewall);
    leave_unmeasured(&self->udp6, NP_NAT_AXIS_ALLOCATION);
    observe(&self->udp6, NP_NAT_AXIS_FILTERING, 0.999, "3 answers from elsewhere did not arrive");
    np_address_parse(&address, "2001:db8::7", 0);
    np_profile_add_external(&self->udp6, &address);
    self->report.udp6 = &self->udp6;
    self->expect = np_expect_new();
    self->report.expect = self->expect;
    CU_ASSERT(np_expect_add(self->expect, "mapping=endpoint-independent,udp6.nat=none", NULL));
    CU_ASSERT(np_expect_add(self->expect, "udp6.hairpin=supported", NULL));
}

void
fixture_report_init(FixtureReport *self, FixtureRun run)
{
    static const NpNatReportServer servers[] = {
        { .address = { .family = NP_FAMILY_IPV4, .port = 3478, .bytes = { 192, 0, 2, 1 } },
          .software = "natprobed <0.1> & sons",
          .other_address = { .family = NP_FAMILY_IPV4, .port = 3479, .bytes = { 192, 0, 2, 2 } },
          .rtt = 40 * NP_MSEC + 123456 },
        { .address = { .family = NP_FAMILY_IPV4, .port = 3479, .bytes = { 192, 0, 2, 1 } },
          .rtt = NP_TIME_NEVER },
    };
    static const char *const notes[] = {
        "this machine's own firewall drops what comes in unasked: the filtering may be its doing",
        NULL,
    };
    NpAddress external = np_address_ipv4(0xcb007105, 0);

    *self = (FixtureReport){
        .report = {
            .servers = servers,
            .n_servers = G_N_ELEMENTS(servers),
            .duration = 384 * NP_MSEC,
            .local = np_address_ipv4(0xc0a80105, 0),
            .interface = "eth0",
            .udp = &self->udp,
        },
    };
    np_profile_from_behaviour(&self->udp, &behaviours[run]);
    if (run != FIXTURE_BLOCKED)
        np_profile_add_external(&self->udp, &external);
    switch (run) {
    case FIXTURE_CONE:
        fill_cone(&self->udp);
        observe(&self->udp, NP_NAT_AXIS_HAIRPIN, 0.999,
                "two sockets reached each other as 203.0.113.5 when both sent");
        self->report.verbose = TRUE;
        break;
    case FIXTURE_ONE_SERVER:
        fill_one_server(&self->udp);
        self->report.notes = notes;
        break;
    case FIXTURE_SYMMETRIC:
        fill_symmetric(self);
        break;
    case FIXTURE_BLOCKED:
        leave_unmeasured(&self->udp, NP_NAT_AXIS_NAT);
        observe(&self->udp, NP_NAT_AXIS_REACHABLE, 0.9999,
                "TCP to 192.0.2.1:3478 was answered, 7 UDP requests were not");
        break;
    case FIXTURE_N:
        break;
    }
}

void
fixture_report_clear(FixtureReport *self)
{
    np_profile_clear(&self->udp);
    if (self->report.udp6 != NULL)
        np_profile_clear(&self->udp6);
    np_expect_free(self->expect);
}

const char *
fixture_report_name(FixtureRun run)
{
    static const char *const names[FIXTURE_N] = {
        [FIXTURE_CONE] = "port-restricted-cone",
        [FIXTURE_ONE_SERVER] = "one-server",
        [FIXTURE_SYMMETRIC] = "symmetric",
        [FIXTURE_BLOCKED] = "blocked",
    };

    return names[run];
}

void
fixture_report_golden(const char *name, const char *actual)
{
    g_autofree char *path = g_build_filename(g_getenv("top_srcdir"), "tests", "golden", name, NULL);
    g_autofree char *expected = NULL;
    g_auto(GStrv) expected_lines = NULL;
    g_auto(GStrv) actual_lines = g_strsplit(actual, "\n", -1);

    if (g_strcmp0(g_getenv("NP_GOLDEN"), "write") == 0)
        NP_REQUIRE(g_file_set_contents(path, actual, -1, NULL));
    NP_REQUIRE(g_file_get_contents(path, &expected, NULL, NULL));
    expected_lines = g_strsplit(expected, "\n", -1);
    for (guint i = 0; expected_lines[i] != NULL && actual_lines[i] != NULL; i++)
        NP_ASSERT_STR(actual_lines[i], expected_lines[i]);
    NP_ASSERT_INT(g_strv_length(actual_lines), g_strv_length(expected_lines));
}
