/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/subscriber.h"

static NpNatEnd
end_number(guint host, guint16 port)
{
    NpAddress address = np_address_ipv4(0x0a000000 + host, port);

    return np_nat_end(&address);
}

static void
knows_a_host_by_its_address_alone(void)
{
    NpNatSubscribers subscribers;
    NpNatEnd one = end_number(1, 5);
    NpNatEnd same = end_number(1, 6);
    NpNatEnd other = end_number(2, 5);

    np_nat_subscribers_init(&subscribers, 1);
    NP_ASSERT_INT(np_nat_subscribers_admit(&subscribers, &one),
                  np_nat_subscribers_admit(&subscribers, &same));
    CU_ASSERT(np_nat_subscribers_admit(&subscribers, &one) !=
              np_nat_subscribers_admit(&subscribers, &other));
    np_nat_subscribers_clear(&subscribers);
}

static void
forgets_only_the_idle(void)
{
    NpNatSubscribers subscribers;
    NpNatEnd one = end_number(1, 5);
    NpNatEnd two = end_number(2, 5);
    guint32 number = 0;

    np_nat_subscribers_init(&subscribers, 1);
    number = np_nat_subscribers_admit(&subscribers, &one);
    np_nat_subscribers_get(&subscribers, number)->n_mappings = 3;
    np_nat_subscribers_dismiss_idle(&subscribers, number);
    NP_ASSERT_INT(np_nat_subscribers_get(&subscribers, np_nat_subscribers_admit(&subscribers, &one))
                      ->n_mappings,
                  3);
    np_nat_subscribers_get(&subscribers, number)->n_mappings = 0;
    np_nat_subscribers_dismiss_idle(&subscribers, number);
    NP_ASSERT_INT(np_nat_subscribers_admit(&subscribers, &two), number);
    np_nat_subscribers_reset(&subscribers);
    NP_ASSERT_INT(np_nat_subscribers_admit(&subscribers, &one), 0);
    np_nat_subscribers_clear(&subscribers);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(knows_a_host_by_its_address_alone),
        NP_TEST(forgets_only_the_idle),
        { 0 },
    };

    return np_test_main("nat.subscriber", tests);
}
