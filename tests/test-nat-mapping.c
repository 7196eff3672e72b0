/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/mapping.h"

static NpNatEnd
end_of(const char *text)
{
    NpAddress address = { 0 };

    g_assert_true(np_address_parse(&address, text, 0));
    return np_nat_end(&address);
}

static NpNatMapping
mapping_of(const char *internal, const char *external, const char *remote, NpTime deadline)
{
    return (NpNatMapping){ .internal = end_of(internal),
                           .external = end_of(external),
                           .remote = end_of(remote),
                           .protocol = NP_NAT_UDP,
                           .deadline = deadline };
}

static void
finds_a_mapping_from_both_sides(void)
{
    NpNatMappings table;
    NpNatMapping mapping = mapping_of("10.0.0.2:5", "203.0.113.1:6", "192.0.2.1:7", 1);
    NpNatEnd other = end_of("192.0.2.1:8");
    guint32 number = 0;

    np_nat_mappings_init(&table, 10, FALSE, FALSE, 1);
    number = np_nat_mappings_add(&table, &mapping);
    NP_ASSERT_INT(
        np_nat_mappings_find_outbound(&table, NP_NAT_UDP, &mapping.internal, &mapping.remote),
        number);
    NP_ASSERT_INT(np_nat_mappings_find_outbound(&table, NP_NAT_UDP, &mapping.internal, &other),
                  NP_NAT_NO_MAPPING);
    /* Exclusive: whoever the remote is. */
    NP_ASSERT_INT(np_nat_mappings_find_inbound(&table, NP_NAT_UDP, &mapping.external, &other),
                  number);
    np_nat_mappings_remove(&table, number);
    NP_ASSERT_INT(np_nat_mappings_find_inbound(&table, NP_NAT_UDP, &mapping.external, &other),
                  NP_NAT_NO_MAPPING);
    NP_ASSERT_INT(table.n_live, 0);
    np_nat_mappings_clear(&table);
}

static void
tells_shared_ports_apart_by_remote(void)
{
    NpNatMappings table;
    NpNatMapping one = mapping_of("10.0.0.2:5", "203.0.113.1:6", "192.0.2.1:7", 1);
    NpNatMapping two = mapping_of("10.0.0.3:5", "203.0.113.1:6", "192.0.2.1:8", 1);
    guint32 first = 0;
    guint32 second = 0;

    np_nat_mappings_init(&table, 10, TRUE, FALSE, 1);
    first = np_nat_mappings_add(&table, &one);
    second = np_nat_mappings_add(&table, &two);
    NP_ASSERT_INT(np_nat_mappings_find_inbound(&table, NP_NAT_UDP, &one.external, &one.remote),
                  first);
    NP_ASSERT_INT(np_nat_mappings_find_inbound(&table, NP_NAT_UDP, &one.external, &two.remote),
                  second);
    np_nat_mappings_clear(&table);
}

static void
chains_the_mappings_of_one_internal_end_by_age(void)
{
    NpNatMappings table;
    NpNatMapping mapping = mapping_of("10.0.0.2:5", "203.0.113.1:6", "192.0.2.1:7", 1);
    guint32 numbers[3];

    np_nat_mappings_init(&table, 10, FALSE, TRUE, 1);
    for (guint i = 0; i < 3; i++) {
        mapping.external.port++;
        mapping.remote.port++;
        numbers[i] = np_nat_mappings_add(&table, &mapping);
    }
    NP_ASSERT_INT(np_nat_mappings_find_newest(&table, NP_NAT_UDP, &mapping.internal), numbers[2]);
    np_nat_mappings_remove(&table, numbers[1]);
    NP_ASSERT_INT(np_nat_mappings_get(&table, numbers[2])->older, numbers[0]);
    np_nat_mappings_remove(&table, numbers[2]);
    NP_ASSERT_INT(np_nat_mappings_find_newest(&table, NP_NAT_UDP, &mapping.internal), numbers[0]);
    np_nat_mappings_remove(&table, numbers[0]);
    NP_ASSERT_INT(np_nat_mappings_find_newest(&table, NP_NAT_UDP, &mapping.internal),
                  NP_NAT_NO_MAPPING);
    np_nat_mappings_clear(&table);
}

static void
never_holds_more_than_its_limit(void)
{
    NpNatMappings table;
    NpNatMapping mapping = mapping_of("10.0.0.2:5", "203.0.113.1:6", "192.0.2.1:7", 1);

    np_nat_mappings_init(&table, 20, FALSE, FALSE, 1);
    for (guint i = 0; i < 20; i++) {
        mapping.internal.port++;
        mapping.external.port++;
        CU_ASSERT(np_nat_mappings_add(&table, &mapping) != NP_NAT_NO_MAPPING);
    }
    NP_ASSERT_INT(np_nat_mappings_add(&table, &mapping), NP_NAT_NO_MAPPING);
    np_nat_mappings_remove(&table, 7);
    NP_ASSERT_INT(np_nat_mappings_add(&table, &mapping), 7);
    np_nat_mappings_clear(&table);
}

static void
gives_up_the_dead_and_keeps_the_refreshed(void)
{
    NpNatMappings table;
    guint32 numbers[3];
    guint32 number = 0;

    np_nat_mappings_init(&table, 10, FALSE, FALSE, 1);
    for (guint i = 0; i < 3; i++) {
        NpNatMapping mapping =
            mapping_of("10.0.0.2:5", "203.0.113.1:6", "192.0.2.1:7", (i + 1) * 10 * NP_SECOND);

        mapping.internal.port = (guint16)(10 + i);
        mapping.external.port = (guint16)(10 + i);
        numbers[i] = np_nat_mappings_add(&table, &mapping);
    }
    np_nat_mappings_get(&table, numbers[0])->deadline = 100 * NP_SECOND;
    NP_ASSERT_INT(np_nat_mappings_oldest(&table), numbers[1]);
    CU_ASSERT(np_nat_mappings_expired(&table, 25 * NP_SECOND, &number));
    NP_ASSERT_INT(number, numbers[1]);
    np_nat_mappings_remove(&table, number);
    CU_ASSERT(!np_nat_mappings_expired(&table, 25 * NP_SECOND, &number));
    np_nat_mappings_get(&table, numbers[2])->deadline = 26 * NP_SECOND;
    np_nat_mappings_hasten(&table, numbers[2]);
    CU_ASSERT(np_nat_mappings_expired(&table, 27 * NP_SECOND, &number));
    NP_ASSERT_INT(number, numbers[2]);
    np_nat_mappings_clear(&table);
}

static void
a_serial_is_never_used_again(void)
{
    NpNatMappings table;
    NpNatMapping mapping = mapping_of("10.0.0.2:5", "203.0.113.1:6", "192.0.2.1:7", 1);
    guint32 first = 0;
    guint32 number = 0;

    np_nat_mappings_init(&table, 10, FALSE, FALSE, 1);
    number = np_nat_mappings_add(&table, &mapping);
    first = np_nat_mappings_get(&table, number)->serial;
    np_nat_mappings_remove(&table, number);
    CU_ASSERT(np_nat_mappings_get(&table, number)->serial != first);
    number = np_nat_mappings_add(&table, &mapping);
    CU_ASSERT(np_nat_mappings_get(&table, number)->serial != first);
    np_nat_mappings_reset(&table);
    number = np_nat_mappings_add(&table, &mapping);
    CU_ASSERT(np_nat_mappings_get(&table, number)->serial > first + 1);
    np_nat_mappings_clear(&table);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(finds_a_mapping_from_both_sides),
        NP_TEST(tells_shared_ports_apart_by_remote),
        NP_TEST(chains_the_mappings_of_one_internal_end_by_age),
        NP_TEST(never_holds_more_than_its_limit),
        NP_TEST(gives_up_the_dead_and_keeps_the_refreshed),
        NP_TEST(a_serial_is_never_used_again),
        { 0 },
    };

    return np_test_main("nat.mapping", tests);
}
