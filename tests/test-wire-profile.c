/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "report/profile-data.h"
#include "wire/profile.h"

static JsonObject *
parse(JsonParser *parser, const char *text)
{
    g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');

    g_assert_true(json_parser_load_from_data(parser, json, -1, NULL));
    return json_node_get_object(json_parser_get_root(parser));
}

static gboolean
reads(const char *text, NpProfile *profile)
{
    g_autoptr(JsonParser) parser = json_parser_new();

    np_profile_init(profile);
    return np_wire_profile_read(profile, parse(parser, text));
}

static void
assert_same(const NpProfile *a, const NpProfile *b, const char *label)
{
    for (guint axis = 0; axis < NP_NAT_N_AXES; axis++) {
        const NpVerdict *x = &a->verdicts[axis];
        const NpVerdict *y = &b->verdicts[axis];

        NP_ASSERT_ROW(x->measured == y->measured, label);
        NP_ASSERT_ROW(x->possible == y->possible, label);
        NP_ASSERT_ROW(x->leading == y->leading, label);
        NP_ASSERT_ROW(x->confidence == y->confidence, label);
    }
    NP_ASSERT_ROW(a->law.kind == b->law.kind, label);
    NP_ASSERT_ROW(a->law.step == b->law.step, label);
    NP_ASSERT_ROW(a->law.first == b->law.first && a->law.last == b->law.last, label);
    NP_ASSERT_ROW(a->law.block_size == b->law.block_size, label);
    NP_ASSERT_ROW(a->law.mask == b->law.mask && a->law.bits == b->law.bits, label);
    NP_ASSERT_ROW(a->hairpin_needs == b->hairpin_needs, label);
    NP_ASSERT_ROW(a->external->len == b->external->len, label);
}

static void
what_is_written_reads_back(void)
{
    static const NpNatBehaviour rows[] = {
        { .reachable = TRUE,
          .translated = TRUE,
          .hairpin = NP_NAT_HAIRPIN_SUPPORTED,
          .hairpin_needs = NP_NAT_HAIRPIN_NEEDS_BOTH_SEND },
        { .reachable = TRUE,
          .translated = TRUE,
          .mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
          .filtering = NP_NAT_ADDRESS_DEPENDENT,
          .law = { .kind = NP_NAT_BLOCK,
                   .first = 1024,
                   .last = 65535,
                   .block_size = 240,
                   .mask = 0x0ff0,
                   .bits = 0x0120 } },
        { .reachable = TRUE,
          .translated = TRUE,
          .law = { .kind = NP_NAT_SEQUENTIAL, .step = -2 },
          .cgn = TRUE },
    };
    NpAddress external = np_address_ipv4(0xcb007105, 0);

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(NpProfile) profile = { 0 };
        g_auto(NpProfile) back = { 0 };
        JsonObject *object = NULL;

        np_profile_from_behaviour(&profile, &rows[i]);
        np_profile_add_external(&profile, &external);
        np_verdict_lean(&profile.verdicts[NP_NAT_AXIS_UNSOLICITED], 1, 3, 0.75, "silence");
        object = np_wire_profile_write(&profile);
        np_profile_init(&back);
        CU_ASSERT(np_wire_profile_read(&back, object));
        assert_same(&back, &profile, np_nat_axis_value(NP_NAT_AXIS_ALLOCATION, rows[i].law.kind));
        json_object_unref(object);
    }
}

static void
what_natprobe_prints_reads_back(void)
{
    static const NpNatBehaviour behaviour = { .reachable = TRUE,
                                              .translated = TRUE,
                                              .mapping = NP_NAT_ADDRESS_AND_PORT_DEPENDENT,
                                              .law = { .kind = NP_NAT_SEQUENTIAL, .step = 2 },
                                              .hairpin = NP_NAT_HAIRPIN_SUPPORTED_INTERNAL,
                                              .cgn = TRUE };
    NpAddress external = np_address_ipv4(0xcb007105, 0);
    g_auto(NpProfile) profile = { 0 };
    g_auto(NpProfile) back = { 0 };
    NpNatReport report = { .udp = &profile };
    g_autoptr(JsonNode) data = NULL;

    np_profile_from_behaviour(&profile, &behaviour);
    np_profile_add_external(&profile, &external);
    np_verdict_leave_open(&profile.verdicts[NP_NAT_AXIS_FILTERING], 6, 0.5, "nothing came");
    data = np_report_profile_data(&report);
    np_profile_init(&back);
    NP_REQUIRE(np_wire_profile_read_report(&back, json_node_get_object(data), "udp"));
    assert_same(&back, &profile, "report");
    CU_ASSERT(!np_wire_profile_read_report(&back, json_node_get_object(data), "udp6"));
}

static void
what_is_not_known_is_ignored(void)
{
    g_auto(NpProfile) profile = { 0 };

    CU_ASSERT(reads("{'mood':{'verdict':7},"
                    "'mapping':{'verdict':'friendly','possible':['friendly'],'confidence':1},"
                    "'filtering':{'verdict':'unknown','confidence':0.5,"
                    "'possible':['address-dependent','whimsical']}}",
                    &profile));
    CU_ASSERT(!profile.verdicts[NP_NAT_AXIS_MAPPING].measured);
    NP_ASSERT_INT(profile.verdicts[NP_NAT_AXIS_FILTERING].possible, 1 << NP_NAT_ADDRESS_DEPENDENT);
}

static void
what_no_nat_can_have_is_refused(void)
{
    static const char *const rows[] = {
        "{'mapping':'endpoint-independent'}",
        "{'mapping':{}}",
        "{'mapping':{'verdict':1,'possible':[],'confidence':1}}",
        "{'mapping':{'verdict':'x','possible':'x','confidence':1}}",
        "{'mapping':{'verdict':'x','possible':[1],'confidence':1}}",
        "{'mapping':{'verdict':'x','possible':[],'confidence':1.5}}",
        "{'mapping':{'verdict':'x','possible':[],'confidence':'1'}}",
        "{'allocation':{'verdict':'random','possible':['random'],'confidence':1,'range':[1]}}",
        "{'allocation':{'verdict':'random','possible':['random'],'confidence':1,'range':[2,1]}}",
        "{'allocation':{'verdict':'random','possible':['random'],'confidence':1,"
        "'range':[1,65536]}}",
        "{'allocation':{'verdict':'random','possible':['random'],'confidence':1,'range':['1',2]}}",
        "{'allocation':{'verdict':'random','possible':['random'],'confidence':1,'step':70000}}",
        "{'allocation':{'verdict':'random','possible':['random'],'confidence':1,"
        "'entropy_bits':-1}}",
        "{'hairpin':{'verdict':'supported','possible':['supported'],'confidence':1,'needs':1}}",
        "{'external':'1.2.3.4'}",
        "{'external':['example.org']}",
        "{'external':[['1.2.3.4']]}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(NpProfile) profile = { 0 };

        NP_ASSERT_ROW(!reads(rows[i], &profile), rows[i]);
    }
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(what_is_written_reads_back),
        NP_TEST(what_natprobe_prints_reads_back),
        NP_TEST(what_is_not_known_is_ignored),
        NP_TEST(what_no_nat_can_have_is_refused),
        { 0 },
    };

    return np_test_main("wire.profile", tests);
}
