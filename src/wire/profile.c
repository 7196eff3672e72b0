/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "wire/profile.h"

#include "wire/value.h"

/* Names of axes and values are shorter. */
#define MAX_WORD 64
/* A pool of more external addresses is not told apart from one of as many. */
#define MAX_EXTERNAL 16
/* Of values on one axis; more than the axes of this version have. */
#define MAX_POSSIBLE 16
#define MAX_PORT 65535
#define MAX_ENTROPY 16.0

static void
write_law(JsonObject *object, const NpProfile *profile)
{
    const NpNatLaw *law = &profile->law;
    JsonArray *range = json_array_new();

    json_object_set_int_member(object, "offset", law->offset);
    json_object_set_int_member(object, "step", law->step);
    json_array_add_int_element(range, law->first);
    json_array_add_int_element(range, law->last);
    json_object_set_array_member(object, "range", range);
    json_object_set_int_member(object, "size", law->block_size);
    json_object_set_int_member(object, "mask", law->mask);
    json_object_set_int_member(object, "bits", law->bits);
    json_object_set_double_member(object, "entropy_bits", profile->entropy_bits);
    json_object_set_int_member(object, "samples", profile->samples);
}

static JsonObject *
write_verdict(const NpVerdict *verdict)
{
    JsonObject *object = json_object_new();
    JsonArray *possible = json_array_new();
    guint value = 0;

    json_object_set_string_member(
        object, "verdict",
        np_verdict_value(verdict, &value) ? np_nat_axis_value(verdict->axis, value) : "unknown");
    for (value = 0; value < np_nat_axis_n_values(verdict->axis); value++)
        if (verdict->possible >> value & 1)
            json_array_add_string_element(possible, np_nat_axis_value(verdict->axis, value));
    json_object_set_array_member(object, "possible", possible);
    json_object_set_double_member(object, "confidence", verdict->confidence);
    return object;
}

JsonObject *
np_wire_profile_write(const NpProfile *profile)
{
    JsonObject *object = json_object_new();
    JsonArray *external = json_array_new();
    char text[NP_ADDRESS_TEXT_SIZE];

    for (guint axis = 0; axis < NP_NAT_N_AXES; axis++) {
        JsonObject *member = NULL;
        guint value = 0;

        if (!profile->verdicts[axis].measured)
            continue;
        member = write_verdict(&profile->verdicts[axis]);
        if (axis == NP_NAT_AXIS_ALLOCATION && np_verdict_value(&profile->verdicts[axis], &value))
            write_law(member, profile);
        if (axis == NP_NAT_AXIS_HAIRPIN)
            json_object_set_string_member(member, "needs",
                                          np_nat_hairpin_needs_text(profile->hairpin_needs));
        json_object_set_object_member(object, np_nat_axis_key((NpNatAxis)axis), member);
    }
    for (guint i = 0; i < MIN(profile->external->len, MAX_EXTERNAL); i++)
        json_array_add_string_element(
            external,
            np_address_format_host(&g_array_index(profile->external, NpAddress, i), text));
    json_object_set_array_member(object, "external", external);
    return object;
}

/* A number that may be absent. */
static gboolean
read_int(JsonObject *object, const char *name, gint64 min, gint64 max, gint64 *value)
{
    return np_wire_value_int(object, name, min, max, value) != NP_WIRE_WRONG;
}

static gboolean
read_range(JsonObject *object, NpNatLaw *law)
{
    JsonArray *range = NULL;
    gint64 ends[2];

    switch (np_wire_value_array(object, "range", 2, &range)) {
    case NP_WIRE_ABSENT:
        return TRUE;
    case NP_WIRE_WRONG:
        return FALSE;
    case NP_WIRE_THERE:
        break;
    }
    if (json_array_get_length(range) != 2)
        return FALSE;
    for (guint i = 0; i < 2; i++) {
        JsonNode *node = json_array_get_element(range, i);

        if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_INT64)
            return FALSE;
        ends[i] = json_node_get_int(node);
        if (ends[i] < 0 || ends[i] > MAX_PORT)
            return FALSE;
    }
    law->first = (guint16)ends[0];
    law->last = (guint16)ends[1];
    return ends[0] <= ends[1];
}

static gboolean
read_law(NpProfile *profile, JsonObject *object, guint kind)
{
    NpNatLaw law = { .kind = (NpNatAllocation)kind };
    gint64 offset = 0, step = 0, size = 0, mask = 0, bits = 0, samples = 0;

    if (!read_int(object, "offset", -MAX_PORT, MAX_PORT, &offset) ||
        !read_int(object, "step", -MAX_PORT, MAX_PORT, &step) ||
        !read_int(object, "size", 0, MAX_PORT + 1, &size) ||
        !read_int(object, "mask", 0, MAX_PORT, &mask) ||
        !read_int(object, "bits", 0, MAX_PORT, &bits) ||
        !read_int(object, "samples", 0, G_MAXINT32, &samples) || !read_range(object, &law) ||
        np_wire_value_real(object, "entropy_bits", 0, MAX_ENTROPY, &profile->entropy_bits) ==
            NP_WIRE_WRONG)
        return FALSE;
    law.offset = (gint)offset;
    law.step = (gint)step;
    law.block_size = (guint)size;
    law.mask = (guint16)mask;
    law.bits = (guint16)bits;
    profile->law = law;
    profile->samples = (guint)samples;
    return TRUE;
}

static gboolean
read_needs(NpProfile *profile, JsonObject *object)
{
    const char *needs = NULL;

    switch (np_wire_value_text(object, "needs", MAX_WORD, &needs)) {
    case NP_WIRE_ABSENT:
        return TRUE;
    case NP_WIRE_WRONG:
        return FALSE;
    case NP_WIRE_THERE:
        break;
    }
    profile->hairpin_needs =
        g_str_equal(needs, np_nat_hairpin_needs_text(NP_NAT_HAIRPIN_NEEDS_BOTH_SEND))
            ? NP_NAT_HAIRPIN_NEEDS_BOTH_SEND
            : NP_NAT_HAIRPIN_NEEDS_NOTHING;
    return TRUE;
}

/* The set of values in @list that this version knows. FALSE if it holds anything but text. */
static gboolean
read_possible(NpNatAxis axis, JsonArray *list, guint *possible)
{
    *possible = 0;
    for (guint i = 0; i < json_array_get_length(list); i++) {
        const char *text = np_wire_value_text_at(list, i, MAX_WORD);
        guint value = 0;

        if (text == NULL)
            return FALSE;
        if (np_nat_axis_find_value(axis, text, &value))
            *possible |= 1u << value;
    }
    return TRUE;
}

static gboolean
read_axis(NpProfile *profile, JsonObject *root, NpNatAxis axis)
{
    NpVerdict *verdict = &profile->verdicts[axis];
    JsonObject *object = NULL;
    JsonArray *list = NULL;
    const char *text = NULL;
    double confidence = 0;
    guint possible = 0;
    guint value = 0;

    switch (np_wire_value_object(root, np_nat_axis_key(axis), &object)) {
    case NP_WIRE_ABSENT:
        return TRUE;
    case NP_WIRE_WRONG:
        return FALSE;
    case NP_WIRE_THERE:
        break;
    }
    if (np_wire_value_text(object, "verdict", MAX_WORD, &text) != NP_WIRE_THERE ||
        np_wire_value_real(object, "confidence", 0, 1, &confidence) != NP_WIRE_THERE ||
        np_wire_value_array(object, "possible", MAX_POSSIBLE, &list) != NP_WIRE_THERE ||
        !read_possible(axis, list, &possible))
        return FALSE;
    /* Nothing that this version knows: as good as not measured. */
    if (possible == 0)
        return TRUE;
    np_verdict_leave_open(verdict, possible, confidence, NULL);
    if ((possible & (possible - 1)) != 0 && np_nat_axis_find_value(axis, text, &value) &&
        (possible >> value & 1) != 0)
        np_verdict_lean(verdict, value, possible, confidence, NULL);
    if (axis == NP_NAT_AXIS_ALLOCATION && np_verdict_value(verdict, &value))
        return read_law(profile, object, value);
    return axis != NP_NAT_AXIS_HAIRPIN || read_needs(profile, object);
}

static gboolean
read_external(NpProfile *profile, JsonObject *object)
{
    JsonArray *list = NULL;
    NpAddress address = { 0 };

    switch (np_wire_value_array(object, "external", MAX_EXTERNAL, &list)) {
    case NP_WIRE_ABSENT:
        return TRUE;
    case NP_WIRE_WRONG:
        return FALSE;
    case NP_WIRE_THERE:
        break;
    }
    for (guint i = 0; i < json_array_get_length(list); i++) {
        const char *text = np_wire_value_text_at(list, i, NP_ADDRESS_TEXT_SIZE - 1);

        if (text == NULL || !np_address_parse(&address, text, 0))
            return FALSE;
        np_profile_add_external(profile, &address);
    }
    return TRUE;
}

gboolean
np_wire_profile_read(NpProfile *profile, JsonObject *object)
{
    for (guint axis = 0; axis < NP_NAT_N_AXES; axis++)
        if (!read_axis(profile, object, (NpNatAxis)axis))
            return FALSE;
    return read_external(profile, object);
}

gboolean
np_wire_profile_read_report(NpProfile *profile, JsonObject *root, const char *transport)
{
    JsonObject *object = NULL;

    /* natprobe prints the carrier's NAT once, beside the transports. */
    return np_wire_value_object(root, transport, &object) == NP_WIRE_THERE &&
           np_wire_profile_read(profile, object) && read_axis(profile, root, NP_NAT_AXIS_CGN);
}
