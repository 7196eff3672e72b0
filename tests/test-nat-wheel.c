/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/wheel.h"
#include "util/rng.h"

#define N 2000

/* Files everything at random times up to @horizon and turns the wheel in steps of @step. */
static void
turn(NpTime horizon, NpTime step)
{
    NpRng rng = np_rng_from_number(4);
    NpNatWheel wheel;
    NpTime due[N];
    guint n_popped = 0;
    guint32 number = 0;

    np_nat_wheel_init(&wheel);
    for (guint32 i = 0; i < N; i++) {
        due[i] = (NpTime)(np_rng_real(&rng) * (double)horizon);
        np_nat_wheel_file(&wheel, i, due[i]);
    }
    for (NpTime now = 0; now < horizon + 2 * step + NP_NAT_WHEEL_TICK; now += step) {
        while (np_nat_wheel_pop(&wheel, now, &number)) {
            if (due[number] > now) { /* beyond a turn: not yet */
                np_nat_wheel_file(&wheel, number, due[number]);
                continue;
            }
            CU_ASSERT(now - due[number] <= step + 2 * NP_NAT_WHEEL_TICK);
            n_popped++;
        }
    }
    NP_ASSERT_INT(n_popped, N);
    np_nat_wheel_clear(&wheel);
}

static void
yields_everything_soon_after_it_is_due(void)
{
    turn(100 * NP_SECOND, NP_MSEC * 100);
    turn(3 * 3600 * NP_SECOND, 5 * NP_SECOND);
}

static void
survives_a_long_sleep(void)
{
    turn(50 * NP_SECOND, 1000 * NP_SECOND);
}

static void
removes_from_anywhere_in_a_slot(void)
{
    NpNatWheel wheel;
    guint32 number = 0;

    np_nat_wheel_init(&wheel);
    for (guint32 i = 0; i < 5; i++)
        np_nat_wheel_file(&wheel, i, NP_SECOND);
    np_nat_wheel_remove(&wheel, 4);
    np_nat_wheel_remove(&wheel, 0);
    np_nat_wheel_remove(&wheel, 2);
    CU_ASSERT(!np_nat_wheel_pop(&wheel, NP_SECOND, &number));
    CU_ASSERT(np_nat_wheel_pop(&wheel, 2 * NP_SECOND, &number) && number == 3);
    CU_ASSERT(np_nat_wheel_pop(&wheel, 2 * NP_SECOND, &number) && number == 1);
    CU_ASSERT(!np_nat_wheel_pop(&wheel, 2 * NP_SECOND, &number));
    np_nat_wheel_clear(&wheel);
}

static void
offers_the_earliest_when_asked(void)
{
    NpNatWheel wheel;
    guint32 number = 0;

    np_nat_wheel_init(&wheel);
    CU_ASSERT(!np_nat_wheel_pop_first(&wheel, &number));
    np_nat_wheel_file(&wheel, 1, 30 * NP_SECOND);
    np_nat_wheel_file(&wheel, 2, 10 * NP_SECOND);
    np_nat_wheel_file(&wheel, 3, 20 * NP_SECOND);
    CU_ASSERT(np_nat_wheel_pop_first(&wheel, &number) && number == 2);
    CU_ASSERT(np_nat_wheel_pop_first(&wheel, &number) && number == 3);
    np_nat_wheel_reset(&wheel);
    CU_ASSERT(!np_nat_wheel_pop_first(&wheel, &number));
    np_nat_wheel_clear(&wheel);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(yields_everything_soon_after_it_is_due),
        NP_TEST(survives_a_long_sleep),
        NP_TEST(removes_from_anywhere_in_a_slot),
        NP_TEST(offers_the_earliest_when_asked),
        { 0 },
    };

    return np_test_main("nat.wheel", tests);
}
