/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "harness.h"
#include "nat/law-sequence.h"

#define N 8

/* The first @n_sure were made by the first copy of their packet for certain. */
static NpNatLawSequence
fit_retried(const guint16 *ports, NpTime spacing, guint n_sure)
{
    NpNatSample samples[N] = { { 0 } };
    const NpNatSample *pointers[N];
    NpNatLawSequence sequence;

    for (guint i = 0; i < N; i++) {
        samples[i].internal_port = 40000 + 977 * i;
        samples[i].external = np_address_ipv4(0xc6336401, ports[i]);
        samples[i].at = i * spacing;
        samples[i].order = i;
        samples[i].retried = i >= n_sure;
        pointers[i] = &samples[i];
    }
    np_nat_law_sequence_fit(&sequence, pointers, N);
    return sequence;
}

static NpNatLawSequence
fit(const guint16 *ports, NpTime spacing)
{
    return fit_retried(ports, spacing, N);
}

/* Answers got lost, or what a NAT lets through in a second was used up by then. */
static void
finds_the_step_though_only_one_first_packet_was_answered(void)
{
    static const guint16 ports[] = { 500, 503, 506, 509, 512, 515, 518, 521 };
    NpNatLawSequence sequence = fit_retried(ports, 60 * NP_USEC, 1);

    NP_ASSERT_INT(sequence.fit.law.step, 3);
    CU_ASSERT(sequence.fit.log_evidence > -N * log(512));
}

static void
finds_the_step_whatever_happened(void)
{
    static const struct {
        const char *label;
        gint step;
        guint16 ports[N];
    } rows[] = {
        { "one by one", 1, { 500, 501, 502, 503, 504, 505, 506, 507 } },
        { "two by two, downwards", -2, { 514, 512, 510, 508, 506, 504, 502, 500 } },
        { "foreign mappings", 3, { 500, 503, 512, 515, 521, 524, 527, 530 } },
        { "a large step", 1000, { 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000 } },
        { "a wrap-around", 1, { 65533, 65534, 65535, 1024, 1025, 1026, 1027, 1028 } },
        { "a wrap-around of step 7", 7, { 65512, 65519, 65526, 65533, 1028, 1035, 1042, 1049 } },
        { "two packets swapped", 1, { 500, 501, 503, 502, 504, 505, 506, 507 } },
        { "a jump to another range", 1, { 500, 501, 502, 503, 30000, 30001, 30002, 30003 } },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        NpNatLawSequence sequence = fit(rows[i].ports, 60 * NP_USEC);

        NP_ASSERT_ROW(sequence.fit.law.step == rows[i].step, rows[i].label);
        /* Better than eight ports of a block of 512 at a known place. */
        NP_ASSERT_ROW(sequence.fit.log_evidence > -N * log(512), rows[i].label);
    }
}

static void
estimates_foreign_traffic(void)
{
    static const guint16 ports[] = { 500, 511, 520, 532, 541, 553, 562, 573 };
    static const guint16 alone[] = { 500, 501, 502, 503, 504, 505, 506, 507 };
    NpNatLawSequence sequence = fit(ports, 100 * NP_MSEC);

    /* 66 foreign mappings in 0.7 s. */
    CU_ASSERT(sequence.foreign_rate > 75 && sequence.foreign_rate < 120);
    NP_ASSERT_INT(sequence.foreign_low, 8);
    NP_ASSERT_INT(sequence.foreign_high, 11);
    /* About ten either way: the entropy of a deviation of three to five. */
    CU_ASSERT(sequence.fit.entropy_bits > 3 && sequence.fit.entropy_bits < 5);

    sequence = fit(alone, 100 * NP_MSEC);
    CU_ASSERT(sequence.foreign_rate < 2);
    CU_ASSERT(sequence.fit.entropy_bits < 1);
}

static void
finds_no_counter_in_disorder(void)
{
    static const guint16 ports[] = { 41999, 1500, 9876, 63001, 30303, 55123, 21000, 48642 };
    NpNatLawSequence sequence = fit(ports, 60 * NP_USEC);

    CU_ASSERT(isfinite(sequence.fit.log_evidence));
    CU_ASSERT(sequence.fit.log_evidence < -N * log(NP_NAT_LAW_ALL_PORTS) - 10);
}

int
main(void)
{
    static const NpTest tests[] = {
        NP_TEST(finds_the_step_whatever_happened),
        NP_TEST(finds_the_step_though_only_one_first_packet_was_answered),
        NP_TEST(estimates_foreign_traffic),
        NP_TEST(finds_no_counter_in_disorder),
        { 0 },
    };

    return np_test_main("nat.law-sequence", tests);
}
